#include <cstdlib>
#include <fstream>
#include <map>

#include <fmt/format.h>
#include <sched.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "orchestrator/cli/doctor/checks.hpp"

namespace harsanyi {
namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

/// Cores' worth of time that a container may use, from cgroup v2; nothing where there is no limit.
std::optional<double> container_cores() {
  std::ifstream in{"/sys/fs/cgroup/cpu.max"};
  double quota = 0.0;
  double period = 0.0;
  if (!(in >> quota >> period) || period <= 0.0) return std::nullopt;
  return quota / period;
}

/// Entries of /proc/meminfo in bytes.
std::map<std::string, double> memory_info() {
  std::map<std::string, double> entries;
  std::ifstream in{"/proc/meminfo"};
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(':');
    if (colon != std::string::npos)
      entries[line.substr(0, colon)] = std::atof(line.c_str() + colon + 1) * 1024.0;
  }
  return entries;
}

std::optional<double> container_memory() {
  std::ifstream in{"/sys/fs/cgroup/memory.max"};
  double bytes = 0.0;
  if (!(in >> bytes)) return std::nullopt;
  return bytes;
}

}  // namespace

CoreFacts core_facts() {
  CoreFacts cores{
      .online = static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN)), .usable = 0, .quota = container_cores()};
  cpu_set_t set;
  CPU_ZERO(&set);
  // Fails on nodes with more than 1024 cores, where the fixed-size set is too small; all cores then count.
  cores.usable = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : cores.online;
  return cores;
}

Finding check_cores(const CoreFacts& cores) {
  Finding finding{"cores", Verdict::ok,
                  fmt::format("{} of {} usable by this process", cores.usable, cores.online), ""};
  if (cores.quota && *cores.quota < cores.usable) {
    finding.verdict = Verdict::warning;
    finding.value += fmt::format(", container limit {:.1f}", *cores.quota);
    finding.remedy = "give --threads so that all ranks together stay within the container's limit";
  }
  return finding;
}

Finding check_binding(const CoreFacts& cores, const std::optional<LaunchInfo>& launch) {
  if (!launch) return {"rank binding", Verdict::note, "not started by mpirun or srun", ""};
  const std::string value = fmt::format("rank {} of {} may use {} of {} cores", launch->rank, launch->ranks,
                                        cores.usable, cores.online);
  if (cores.usable > 1 || cores.online == 1) return {"rank binding", Verdict::ok, value, ""};
  return {"rank binding", Verdict::warning, value,
          "every thread of a rank shares this one core; start with mpirun --bind-to none, or "
          "--map-by slot:PE=<threads>, or srun --cpus-per-task=<threads>"};
}

Finding check_thread_variables() {
  std::string found;
  for (const char* name : {"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"})
    if (const char* value = std::getenv(name))
      found += fmt::format("{}{}={}", found.empty() ? "" : " ", name, value);
  if (found.empty()) return {"thread variables", Verdict::ok, "none set; --threads decides", ""};
  return {"thread variables", Verdict::note, found + " (--threads decides where it is given)", ""};
}

Finding check_memory() {
  const auto info = memory_info();
  const auto entry = [&info](const char* name) { return info.contains(name) ? info.at(name) : 0.0; };
  double total = entry("MemTotal");
  double available = entry("MemAvailable");
  if (const auto limit = container_memory(); limit && *limit < total) {
    total = *limit;
    available = std::min(available, *limit);
  }
  Finding finding{"memory", Verdict::ok,
                  fmt::format("{:.1f} GiB free of {:.1f}", available / kGiB, total / kGiB), ""};
  if (available < kGiB) {
    finding.verdict = Verdict::warning;
    finding.remedy =
        "every rank holds a float32 copy of the model (4 bytes per weight): close programs or use "
        "fewer ranks";
  }
  return finding;
}

Finding check_disk(const std::filesystem::path& folder) {
  struct statvfs disk {};
  if (statvfs(folder.c_str(), &disk) != 0)
    return {"disk", Verdict::problem, folder.string() + " is no folder that can be read",
            "create it, or name another"};
  const double free = static_cast<double>(disk.f_bavail) * static_cast<double>(disk.f_frsize);
  Finding finding{"disk", Verdict::ok, fmt::format("{:.1f} GiB free at {}", free / kGiB, folder.string()),
                  ""};
  if (access(folder.c_str(), W_OK) != 0) {
    finding.verdict = Verdict::problem;
    finding.value += ", not writable";
    finding.remedy = "use a folder with write permission for cubes and results";
  } else if (free < kGiB) {
    finding.verdict = Verdict::warning;
    finding.remedy = "a cube takes 8 bytes x layers x samples x coalitions, reserved when the sweep starts";
  }
  return finding;
}

}  // namespace harsanyi
