#include "orchestrator/cli/program.hpp"

#include <new>
#include <regex>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>

#include "orchestrator/cli/commands.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

struct ToyOptions {
  std::string fault = "none";
  bool refuse = false;
};

void describe(OptionSet& set, ToyOptions& options) {
  set.begin_group("Toy");
  set.add({"fault", "NAME", "what to throw"}, options.fault);
  set.add_switch("refuse", "fail the check", options.refuse);
}

void check(const ToyOptions& options) {
  if (options.refuse) throw ConfigError{"refused"};
}

Invocation last_invocation;

ExitCode run_toy(const ToyOptions& options, const Invocation& invocation) {
  last_invocation = invocation;
  if (options.fault == "plan") throw PlanError{"no units"};
  if (options.fault == "storage") throw StorageError{"disk full"};
  if (options.fault == "model") throw ModelError{"no tensor"};
  if (options.fault == "text") throw TextError{"no tokenizer"};
  if (options.fault == "benchmark") throw BenchmarkError{"no rows"};
  if (options.fault == "game") throw GameError{"no game"};
  if (options.fault == "comm") throw CommError{"no peer"};
  if (options.fault == "memory") throw std::bad_alloc{};
  if (options.fault == "bug") throw std::logic_error{"broken promise"};
  if (options.fault == "incomplete") return ExitCode::incomplete;
  return ExitCode::ok;
}

struct Ending {
  ExitCode code = ExitCode::ok;
  std::string out;
  std::string errors;
};

Ending run(const std::vector<std::string>& arguments) {
  const std::vector<Command> commands{
      make_command<ToyOptions>("toy", "play", "harsanyi toy --fault none", "A note.", run_toy)};
  std::ostringstream out;
  std::ostringstream errors;
  const ExitCode code = run_program(commands, arguments, out, errors);
  return {code, out.str(), errors.str()};
}

TEST(Program, WithoutACommandTeachesAndIsAUsageError) {
  const Ending ending = run({});
  EXPECT_EQ(ending.code, ExitCode::usage);
  EXPECT_TRUE(std::regex_search(ending.out, std::regex{"\\n +toy +play"})) << ending.out;
}

TEST(Program, HelpListsTheCommands) {
  const Ending ending = run({"--help"});
  EXPECT_EQ(ending.code, ExitCode::ok);
  EXPECT_TRUE(std::regex_search(ending.out, std::regex{"\\n +toy +play"})) << ending.out;
  EXPECT_EQ(ending.errors, "");
}

TEST(Program, CommandHelpShowsPurposeExampleOptionsAndExitCodes) {
  const Ending ending = run({"toy", "--help"});
  EXPECT_EQ(ending.code, ExitCode::ok);
  for (const char* part : {"harsanyi toy: play", "harsanyi toy --fault none", "A note.",
                           "--fault NAME (=none)", "Exit codes:", "--print-config"})
    EXPECT_NE(ending.out.find(part), std::string::npos) << part;
}

TEST(Program, NamesTheNearestCommand) {
  const Ending ending = run({"tyo"});
  EXPECT_EQ(ending.code, ExitCode::usage);
  EXPECT_EQ(ending.errors,
            "harsanyi: there is no command 'tyo'; the nearest is 'toy' (harsanyi --help lists all)\n");
}

TEST(Program, TellsItsVersion) {
  EXPECT_EQ(run({"--version"}).out.rfind("harsanyi ", 0), 0U);
}

TEST(Program, MapsEveryKindOfErrorToItsExitCode) {
  const auto code_of = [](const char* fault) { return run({"toy", "--fault", fault}).code; };
  EXPECT_EQ(code_of("none"), ExitCode::ok);
  EXPECT_EQ(code_of("plan"), ExitCode::usage);
  EXPECT_EQ(code_of("storage"), ExitCode::storage);
  EXPECT_EQ(code_of("model"), ExitCode::bad_input);
  EXPECT_EQ(code_of("text"), ExitCode::bad_input);
  EXPECT_EQ(code_of("benchmark"), ExitCode::bad_input);
  EXPECT_EQ(code_of("game"), ExitCode::bad_input);
  EXPECT_EQ(code_of("comm"), ExitCode::internal_error);
  EXPECT_EQ(code_of("memory"), ExitCode::internal_error);
  EXPECT_EQ(code_of("bug"), ExitCode::internal_error);
  EXPECT_EQ(code_of("incomplete"), ExitCode::incomplete);
  EXPECT_EQ(run({"toy", "--fault", "storage"}).errors, "harsanyi: disk full\n");
  EXPECT_EQ(run({"toy", "--refuse"}).code, ExitCode::usage);
  EXPECT_EQ(run({"toy", "--falt", "x"}).code, ExitCode::usage);
}

TEST(Program, PrintsTheResolvedConfigurationWithoutRunning) {
  last_invocation = {};
  const Ending ending = run({"toy", "--refuse", "--print-config"});
  EXPECT_EQ(ending.code, ExitCode::ok);
  EXPECT_EQ(ending.out, "# Toy\nfault = none\nrefuse = true\n");
  EXPECT_EQ(last_invocation.command_line, "");
}

TEST(Program, TellsTheCommandHowItWasCalled) {
  (void)run({"toy", "--fault", "it's none"});
  EXPECT_EQ(last_invocation.command_line, "harsanyi toy --fault 'it'\\''s none'");
  EXPECT_EQ(last_invocation.configuration, "# Toy\nfault = it's none\nrefuse = false\n");
}

TEST(Commands, EachHasAHelpText) {
  for (const Command& command : commands()) {
    std::ostringstream out;
    const std::vector<std::string> help{"--help"};
    EXPECT_EQ(command.call(command, help, out), ExitCode::ok);
    EXPECT_NE(out.str().find(command.purpose), std::string::npos);
    EXPECT_NE(command.example.find("harsanyi " + command.name), std::string::npos);
  }
}

}  // namespace
}  // namespace harsanyi
