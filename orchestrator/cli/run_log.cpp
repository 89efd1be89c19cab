#include "orchestrator/cli/run_log.hpp"

#include <chrono>
#include <exception>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/run/environment.hpp"

namespace harsanyi {
namespace {

int rank_by_launcher() {
  const auto launch = launch_info();
  return launch ? launch->rank : 0;
}

int ranks_by_launcher() {
  const auto launch = launch_info();
  return launch ? launch->ranks : 1;
}

}  // namespace

RunLog::RunLog(const LogOptions& options, const std::string& command)
    : scope_{options, {.name = command, .rank = rank_by_launcher()}} {
  keep_in_log({.message = fmt::format("{} begins: rank {} of {}, process {} on {}", command,
                                      rank_by_launcher(), ranks_by_launcher(), getpid(), host_name())});
}

WorkFunction logged(WorkFunction compute, std::function<std::string(UnitId)> describe) {
  return [compute = std::move(compute), describe = std::move(describe)](UnitId unit) {
    const auto start = std::chrono::steady_clock::now();
    try {
      auto values = compute(unit);
      const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
      keep_in_log({.level = LogLevel::debug,
                   .message = fmt::format("computed in {:.3f} s", seconds.count()),
                   .unit = describe(unit)});
      return values;
    } catch (const std::exception& error) {
      keep_in_log({.level = LogLevel::warning,
                   .message = fmt::format("failed here: {}", error.what()),
                   .unit = describe(unit),
                   .kind = "failures here"});
      throw;
    }
  };
}

}  // namespace harsanyi
