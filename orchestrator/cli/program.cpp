#include "orchestrator/cli/program.hpp"

#include <algorithm>
#include <exception>

#include <fmt/format.h>

#include "orchestrator/cli/failure.hpp"
#include "partition/base/error.hpp"
#include "partition/base/nearest_name.hpp"

namespace harsanyi {
namespace {

void write_program_help(const std::vector<Command>& commands, std::ostream& out) {
  out << "harsanyi: Harsanyi dividends of attention-head coalitions, and attention calibration guided by "
         "them\n\n"
         "Usage: harsanyi COMMAND [options]        harsanyi COMMAND --help        harsanyi "
         "--version\n\nCommands:\n";
  for (const Command& command : commands) out << fmt::format("  {:<19}{}\n", command.name, command.purpose);
  out << "\nLong commands run on several ranks: mpirun -n 2 harsanyi sweep ...  A stopped one continues when "
         "the\n"
         "same command is run again. Options can stand in a file: --config FILE; --print-config writes "
         "one.\n";
}

/// A command named by the first two arguments, "inspect benchmark"; null if there is none.
const Command* find_two_words(const std::vector<Command>& commands, std::span<const std::string> arguments) {
  if (arguments.size() < 2) return nullptr;
  const auto found = std::find_if(commands.begin(), commands.end(), [&](const Command& command) {
    return command.name == arguments[0] + ' ' + arguments[1];
  });
  return found == commands.end() ? nullptr : &*found;
}

const Command& find_command(const std::vector<Command>& commands, const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands) {
    if (command.name == name) return command;
    names.push_back(command.name);
  }
  throw ConfigError{fmt::format("there is no command '{}'; the nearest is '{}' (harsanyi --help lists all)",
                                name, nearest_name(name, names))};
}

ExitCode run_command(const std::vector<Command>& commands, std::span<const std::string> arguments,
                     std::ostream& out) {
  if (arguments.empty() || arguments[0] == "--help" || arguments[0] == "-h") {
    write_program_help(commands, out);
    return arguments.empty() ? ExitCode::usage : ExitCode::ok;
  }
  if (arguments[0] == "--version") {
    out << "harsanyi " HARSANYI_VERSION "\n";
    return ExitCode::ok;
  }
  if (const Command* command = find_two_words(commands, arguments))
    return command->call(*command, arguments.subspan(2), out);
  const Command& command = find_command(commands, arguments[0]);
  return command.call(command, arguments.subspan(1), out);
}

}  // namespace

ExitCode run_program(const std::vector<Command>& commands, std::span<const std::string> arguments,
                     std::ostream& out, std::ostream& errors) {
  try {
    return run_command(commands, arguments, out);
  } catch (const std::exception& error) {
    return report_failure(error, errors);
  }
}

}  // namespace harsanyi
