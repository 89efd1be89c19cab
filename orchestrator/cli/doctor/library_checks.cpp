#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <exception>
#include <fstream>

#include <dlfcn.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "orchestrator/cli/doctor/checks.hpp"
#include "orchestrator/cli/doctor/program_output.hpp"
#include "partition/base/error.hpp"
#include "storage/hdf5/library_info.hpp"
#include "worker/model/checkpoint.hpp"
#include "worker/model/checksum_list.hpp"
#include "worker/model/gpu/kernels.hpp"
#include "worker/parallel/nccl_module.hpp"

namespace harsanyi {
namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

Finding check_root_variables() {
  constexpr const char* kItem = "mpirun as root";
  if (geteuid() != 0) return {kItem, Verdict::ok, "not root", ""};
  if (std::getenv("OMPI_ALLOW_RUN_AS_ROOT") != nullptr &&
      std::getenv("OMPI_ALLOW_RUN_AS_ROOT_CONFIRM") != nullptr)
    return {kItem, Verdict::ok, "root, and allowed by OMPI_ALLOW_RUN_AS_ROOT", ""};
  return {kItem, Verdict::warning, "root: Open MPI's mpirun refuses to start",
          "export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1, or be another user"};
}

Finding check_launchers() {
  std::string found;
  for (const char* launcher : {"mpirun", "srun"})
    if (const auto version = program_output({launcher, "--version"}))
      found += fmt::format("{}{}: {}", found.empty() ? "" : "; ", launcher, first_line(*version));
  if (!found.empty()) return {"MPI launcher", Verdict::ok, found, ""};
  return {"MPI launcher", Verdict::warning, "neither mpirun nor srun found",
          "one rank works without; for several install openmpi-bin or load the cluster's MPI module"};
}

/// Whether the dynamic linker finds a library.
bool can_load(const char* library) {
  void* handle = dlopen(library, RTLD_LAZY | RTLD_LOCAL);
  if (handle != nullptr) dlclose(handle);
  return handle != nullptr;
}

int nvidia_devices() {
  int devices = 0;
  std::error_code none;
  for (const auto& file : std::filesystem::directory_iterator{"/dev", none}) {
    const std::string name = file.path().filename().string();
    constexpr std::string_view kPrefix{"nvidia"};
    devices += name.size() > kPrefix.size() && name.starts_with(kPrefix) &&
                       std::all_of(name.begin() + kPrefix.size(), name.end(),
                                   [](unsigned char c) { return std::isdigit(c); })
                   ? 1
                   : 0;
  }
  return devices;
}

}  // namespace

Finding check_build() {
  return {"harsanyi", Verdict::ok,
          fmt::format("{}, {} build, compiler {}", HARSANYI_VERSION, HARSANYI_BUILD_TYPE, __VERSION__), ""};
}

Findings check_mpi(const std::string& library, const std::optional<LaunchInfo>& launch) {
  const std::string started =
      launch ? fmt::format("rank {} of {} ({})", launch->rank, launch->ranks, launch->launcher)
             : std::string{"one process, no launcher"};
  return {{"MPI library", Verdict::ok, first_line(library), ""},
          check_launchers(),
          {"MPI job", Verdict::ok, started, ""},
          check_root_variables()};
}

Finding check_model(const std::filesystem::path& folder, bool verify) {
  Finding finding{"model", Verdict::ok, "", ""};
  try {
    const auto files = Checkpoint::open(folder).files().size();
    finding.value = fmt::format("{}: {} weight files", folder.string(), files);
    if (!verify) {
      finding.value += ", headers in order (--verify compares their content with its SHA-256)";
      return finding;
    }
    const CheckedFiles checked = check_model_files(folder);
    finding.value += fmt::format("; as their SHA-256 says: {}", fmt::join(checked.matching, ", "));
    if (!checked.not_known.empty())
      finding.value += fmt::format("; nothing to compare with: {}", fmt::join(checked.not_known, ", "));
  } catch (const Error& error) {
    finding = {finding.item, Verdict::problem, error.what(), "repair or replace the file that is named"};
  }
  return finding;
}

Finding check_hdf5() {
  const hdf5::LibraryInfo info = hdf5::library_info();
  Finding finding{"HDF5", Verdict::ok,
                  fmt::format("{}, {} flavour{}", info.version, info.parallel ? "MPI" : "serial",
                              info.thread_safe ? ", thread-safe" : ""),
                  ""};
  if (info.version != info.built_with) {
    finding.verdict = Verdict::problem;
    finding.value += fmt::format(", but compiled against {}", info.built_with);
    finding.remedy = "HDF5 refuses to work with other headers: rebuild, or unset LD_LIBRARY_PATH";
  }
  return finding;
}

Finding check_engine(const std::function<std::string()>& describe) {
  try {
    return {"engine", Verdict::ok, describe(), ""};
  } catch (const std::exception& e) {
    return {"engine", Verdict::problem, e.what(),
            "build or install the target harsanyi_engine, and keep libtorch where it was built against"};
  }
}

Finding check_compute_types(const std::function<double(ComputeType)>& speed) {
  constexpr const char* kItem = "compute types";
  try {
    std::vector<std::string> speeds;
    double best = 0.0;
    std::string_view fastest;
    for (const auto& [type, name] : EnumNames<ComputeType>::names) {
      const double measured = speed(type);
      speeds.push_back(fmt::format("{} {:.0f}", name, measured / 1e9));
      if (measured > best) {
        best = measured;
        fastest = name;
      }
    }
    return {
        kItem, Verdict::ok,
        fmt::format("GFLOP/s of matrix products: {}; fastest: --dtype {}", fmt::join(speeds, ", "), fastest),
        ""};
  } catch (const std::exception& e) {
    return {kItem, Verdict::note, fmt::format("not measured: {}", e.what()), ""};
  }
}

Finding check_gpu() {
  constexpr const char* kItem = "GPU";
  const int devices = nvidia_devices();
  if (devices == 0) return {kItem, Verdict::note, "no NVIDIA device; the CPU computes", ""};
  std::ifstream driver{"/proc/driver/nvidia/version"};
  std::string version;
  std::getline(driver, version);
  const std::string value =
      fmt::format("{} NVIDIA device(s); {}; libcuda {}", devices, version.empty() ? "no driver" : version,
                  can_load("libcuda.so.1") ? "found" : "missing");
  return {kItem, Verdict::ok, value, ""};
}

Finding check_gpu_kernels(const std::filesystem::path& folder) {
  constexpr const char* kItem = "GPU kernels";
  if (std::filesystem::exists(folder / gpu::kLibrary)) return {kItem, Verdict::ok, "built", ""};
  return {kItem, Verdict::note,
          "built without CUDA's compiler: GPUs compute by libtorch's operators, several times slower", ""};
}

Finding check_nccl(const std::filesystem::path& folder) {
  constexpr const char* kItem = "NCCL";
  if (!NcclModule::is_built(folder))
    return {kItem, Verdict::note,
            "built without NCCL: a model over several GPUs (--tensor-parallel) is refused", ""};
  try {
    return {kItem, Verdict::ok, NcclModule{folder}.description(), ""};
  } catch (const ConfigError& error) {
    return {kItem, Verdict::note, error.what(), ""};
  }
}

Finding check_python(const std::filesystem::path& python) {
  const auto version =
      program_output({python.string(), "-c", "import platform; print(platform.python_version())"});
  if (!version)
    return {"Python", Verdict::warning, python.string() + " does not run",
            "`report` needs Python 3 with the package harsanyi_analysis (folder analysis/); name it with "
            "--python"};
  const bool has_package = program_output({python.string(), "-c", "import harsanyi_analysis"}).has_value();
  const std::string value = fmt::format("{} {}", python.string(), first_line(*version));
  if (has_package) return {"Python", Verdict::ok, value + ", harsanyi_analysis found", ""};
  return {"Python", Verdict::warning, value + ", harsanyi_analysis cannot be imported",
          "`report` needs it: pip install ./analysis, or name another interpreter with --python"};
}

}  // namespace harsanyi
