#include "orchestrator/cli/failure.hpp"

#include <filesystem>
#include <new>
#include <string>

#include <fmt/format.h>

#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/log/log.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

template <class T>
bool is(const std::exception& error) {
  return dynamic_cast<const T*>(&error) != nullptr;
}

ExitCode exit_code_of(const std::exception& error) {
  if (is<ConfigError>(error) || is<PlanError>(error)) return ExitCode::usage;
  if (is<StorageError>(error) || is<std::filesystem::filesystem_error>(error)) return ExitCode::storage;
  if (is<LostRankError>(error)) return ExitCode::ended_early;
  if (is<CommError>(error)) return ExitCode::internal_error;
  return is<Error>(error) ? ExitCode::bad_input : ExitCode::internal_error;
}

std::string text_of(const std::exception& error) {
  if (is<std::bad_alloc>(error)) return "out of memory; use fewer ranks per node or smaller units";
  const bool known = is<Error>(error) || is<std::filesystem::filesystem_error>(error);
  return known ? error.what() : fmt::format("internal error: {}", error.what());
}

}  // namespace

ExitCode report_failure(const std::exception& error, std::ostream& errors) {
  const auto launch = launch_info();
  const bool several = launch && launch->ranks > 1;
  const std::string text = text_of(error);
  // What another rank has told begins with its name; a silent rank 0 is seen by each of the others alone.
  const bool known_to_all =
      is<ConfigError>(error) || (text.starts_with("rank ") && !is<LostRankError>(error));
  const LogEvent event{.level = LogLevel::error, .message = text};
  if (!several)
    tell(errors, event, fmt::format("harsanyi: {}", text));
  else if (launch->rank == 0 || !known_to_all)
    tell(errors, event, fmt::format("harsanyi (rank {}): {}", launch->rank, text));
  else
    keep_in_log(event);
  return exit_code_of(error);
}

}  // namespace harsanyi
