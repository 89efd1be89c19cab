#pragma once

#include <functional>
#include <ostream>
#include <span>
#include <string>

#include "orchestrator/cli/exit_code.hpp"
#include "orchestrator/config/option_set.hpp"

namespace harsanyi {

/// How a command was called: kept as provenance in every file it writes.
struct Invocation {
  std::string command_line;
  std::string configuration;  ///< resolved options, as --print-config shows them
};

/// A command of `harsanyi`.
struct Command {
  std::string name;
  std::string purpose;  ///< one line
  std::string example;  ///< one call
  std::string notes;    ///< what else --help says; may be empty
  /// Parses the arguments behind the command's name and runs it. Help and configuration go to `out`.
  std::function<ExitCode(const Command&, std::span<const std::string> arguments, std::ostream& out)> call;
};

/// Writes the text that `harsanyi COMMAND --help` shows.
void write_command_help(const Command& command, const OptionSet& set, std::ostream& out);

/// The call that `arguments` to `command` came from, quoted where a shell would need it.
[[nodiscard]] std::string command_line_of(const Command& command, std::span<const std::string> arguments);

/// A command is a struct of options plus one function. `describe(OptionSet&, Options&)` names the options,
/// `check(const Options&)`, where there is one, refuses what does not fit together.
template <class Options>
[[nodiscard]] Command make_command(std::string name, std::string purpose, std::string example,
                                   std::string notes, ExitCode (*run)(const Options&, const Invocation&)) {
  const auto call = [run](const Command& command, std::span<const std::string> arguments, std::ostream& out) {
    Options options;
    OptionSet set{command.name};
    describe(set, options);
    switch (set.parse(arguments)) {
      case Request::help:
        write_command_help(command, set, out);
        return ExitCode::ok;
      case Request::print_config:
        out << set.configuration();
        return ExitCode::ok;
      case Request::run:
        break;
    }
    if constexpr (requires { check(options); }) check(options);
    return run(options, {command_line_of(command, arguments), set.configuration()});
  };
  return {std::move(name), std::move(purpose), std::move(example), std::move(notes), call};
}

}  // namespace harsanyi
