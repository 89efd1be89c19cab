#include "storage/trial_read.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <exception>
#include <fstream>

#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "partition/base/error.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "storage/file_kind.hpp"
#include "storage/groups/groups_file.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

void read_all(const fs::path& path) {
  switch (kind_of(path)) {
    case FileKind::cube: {
      const auto cube = DividendCube::open(path);
      static_cast<void>(cube.summaries());
      static_cast<void>(cube.profile());
      return;
    }
    case FileKind::groups:
      return static_cast<void>(read_groups(path));
    case FileKind::results:
      return static_cast<void>(ResultsFile::open(path));
    case FileKind::forward:
      return;
  }
}

template <class Resource>
void limit(Resource resource, rlim_t most) {
  rlimit bounds{};
  if (getrlimit(resource, &bounds) != 0) return;
  bounds.rlim_cur = std::min(most, bounds.rlim_max);
  static_cast<void>(setrlimit(resource, &bounds));
}

/// Bytes that this process may write to, as RLIMIT_DATA counts them; a sanitizer's shadow is terabytes of
/// them.
rlim_t data_bytes() {
  constexpr int kData = 6;  // field of statm, from 1
  std::ifstream statm{"/proc/self/statm"};
  rlim_t pages = 0;
  for (int field = 0; field < kData; ++field) statm >> pages;
  return pages * static_cast<rlim_t>(sysconf(_SC_PAGESIZE));
}

constexpr int kTookTooMuch = 3;  // exit code of a child

/// Most memory that this process has had at once, in bytes.
std::uint64_t peak_bytes() {
  rusage usage{};
  static_cast<void>(getrusage(RUSAGE_SELF, &usage));
  return static_cast<std::uint64_t>(usage.ru_maxrss) << 10;
}

/// A damaged list can lead in a circle, and HDF5 takes memory at every step of it: first up to the limit
/// here, where it reports an error as if nothing were wrong, and then all there is in the command itself.
[[noreturn]] void run_child(const std::function<void()>& call) {
  constexpr rlim_t kMostSeconds = 30;
  constexpr rlim_t kMostBytes = rlim_t{2} << 30;
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_CPU, kMostSeconds);
  limit(RLIMIT_DATA, data_bytes() + kMostBytes);
  const auto before = peak_bytes();
  for (const int signal : {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL}) std::signal(signal, SIG_DFL);
  try {
    call();
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): the parent meets the same and says it
  }
  // Not exit: nothing of the parent's is flushed or closed twice.
  _exit(peak_bytes() - before > kMostBytes / 2 ? kTookTooMuch : 0);
}

}  // namespace

std::optional<std::string> harm_of(const std::function<void()>& call) {
  const pid_t child = fork();
  if (child < 0) return std::nullopt;
  if (child == 0) run_child(call);
  int status = 0;
  while (waitpid(child, &status, 0) < 0)
    if (errno != EINTR) return std::nullopt;
  if (WIFEXITED(status) && WEXITSTATUS(status) == kTookTooMuch)
    return "took more memory than any sound file needs";
  if (WIFEXITED(status) && WEXITSTATUS(status) != 0) return "gave up";  // by an exit of its own
  if (!WIFSIGNALED(status)) return std::nullopt;
  const int signal = WTERMSIG(status);
  if (signal == SIGKILL || signal == SIGTERM || signal == SIGINT) return std::nullopt;
  return fmt::format("{} ({})", signal == SIGXCPU ? "did not come to an end" : "crashed", strsignal(signal));
}

std::optional<std::string> harm_of_reading(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) return std::nullopt;
  const auto harm = harm_of([&] { read_all(path); });
  if (!harm) return std::nullopt;
  return fmt::format(
      "{} is damaged: the HDF5 library {} while it read the file; restore it from a copy, or delete it "
      "and run the command that made it again",
      path.string(), *harm);
}

void require_harmless(const fs::path& path) {
  if (const auto harm = harm_of_reading(path)) throw StorageError{*harm};
}

}  // namespace harsanyi
