#pragma once

#include <ostream>
#include <span>
#include <string>
#include <vector>

#include "orchestrator/cli/command.hpp"

namespace harsanyi {

/// The whole program but for the process around it: picks the command, runs it, reports what it throws.
/// @param arguments  without the program's own name
/// @param errors     gets one "harsanyi: ..." message per failure
[[nodiscard]] ExitCode run_program(const std::vector<Command>& commands,
                                   std::span<const std::string> arguments, std::ostream& out,
                                   std::ostream& errors);

}  // namespace harsanyi
