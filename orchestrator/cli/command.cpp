#include "orchestrator/cli/command.hpp"

#include <fmt/format.h>

#include "partition/base/shell_text.hpp"

namespace harsanyi {

void write_command_help(const Command& command, const OptionSet& set, std::ostream& out) {
  out << fmt::format("harsanyi {}: {}\n\nExample:\n  {}\n\n", command.name, command.purpose, command.example);
  if (!command.notes.empty()) out << command.notes << "\n\n";
  set.write_help(out);
  out << "Exit codes: 0 ok; 2 usage; 3 bad input; 4 storage; 5 incomplete; 75 ended early, run again;\n"
         "130 interrupted; 1 internal error. Details: docs/running.md.\n";
}

std::string command_line_of(const Command& command, std::span<const std::string> arguments) {
  std::string line = "harsanyi " + command.name;
  for (const std::string& argument : arguments) line += ' ' + shell_quoted(argument);
  return line;
}

}  // namespace harsanyi
