#include <fstream>
#include <iostream>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/status_text.hpp"

namespace harsanyi {

ExitCode run_status(const StatusOptions& options, const Invocation&) {
  const RunStatus status = read_status(options.file);
  if (options.json)
    std::cout << std::ifstream{status_path(options.file)}.rdbuf();
  else
    std::cout << status_text(status, std::chrono::system_clock::now());
  return ExitCode::ok;
}

}  // namespace harsanyi
