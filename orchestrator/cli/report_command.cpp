#include <cerrno>
#include <cstring>
#include <iostream>
#include <optional>

#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/report/evaluation_tables.hpp"
#include "orchestrator/report/experiment_table.hpp"
#include "orchestrator/report/groups_table.hpp"
#include "orchestrator/report/report.hpp"
#include "partition/base/error.hpp"
#include "storage/groups/groups_file.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

/// The files a report is made from, opened.
struct Inputs {
  std::optional<DividendCube> cube;
  std::vector<SalientGroups> groups;
  std::optional<ResultsFile> results;
};

Inputs open_inputs(const ReportOptions& options) {
  Inputs inputs;
  if (!options.cube.empty()) inputs.cube = DividendCube::open(options.cube);
  for (const fs::path& file : options.groups) inputs.groups.push_back(read_groups(file));
  if (!options.results.empty()) inputs.results = ResultsFile::open(options.results);
  if (inputs.cube && !inputs.cube->complete())
    throw StorageError{fmt::format("'{}' is not finished; run the same `harsanyi sweep` again, then report",
                                   options.cube.string())};
  if (inputs.results && !inputs.results->complete())
    throw StorageError{
        fmt::format("'{}' is not finished; run the same `harsanyi evaluate` again, then report",
                    options.results.string())};
  return inputs;
}

std::vector<Table> tables_of(const Inputs& inputs) {
  std::vector<Table> tables;
  if (inputs.results) {
    const auto evaluated = evaluate_results(*inputs.results);
    for (Table& table : evaluation_tables(evaluated)) tables.push_back(std::move(table));
  }
  for (std::size_t i = 0; i < inputs.groups.size(); ++i) {
    Table table = groups_table(inputs.groups[i], {});
    if (inputs.groups.size() > 1) table.name += fmt::format("_{}", i + 1);
    tables.push_back(std::move(table));
  }
  ExperimentParts parts;
  if (inputs.cube) parts.cube = &inputs.cube->description();
  if (!inputs.groups.empty()) parts.groups = &inputs.groups.front();
  if (inputs.results) parts.results = &inputs.results->description();
  tables.push_back(experiment_table(parts));
  return tables;
}

std::optional<fs::path> given(const fs::path& file) {
  return file.empty() ? std::nullopt : std::optional{fs::absolute(file)};
}

// Runs a program and waits for it. @return its exit code, or 127 where it cannot be started
int run_program_and_wait(const std::vector<std::string>& words) {
  std::vector<char*> arguments;
  arguments.reserve(words.size() + 1);
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::cout.flush();
  const pid_t child = ::fork();
  if (child < 0) throw Error{fmt::format("cannot start '{}': {}", words.front(), std::strerror(errno))};
  if (child == 0) {
    ::execvp(arguments.front(), arguments.data());
    ::_exit(127);
  }
  int status = 0;
  while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

}  // namespace

ExitCode run_report(const ReportOptions& options, const Invocation&) {
  const fs::path page = options.out / "index.html";
  if (fs::exists(page) && !options.overwrite)
    throw StorageError{fmt::format("'{}' holds a report already; choose another --out or add --overwrite",
                                   options.out.string())};
  const Inputs inputs = open_inputs(options);
  Report report{.title = "Harsanyi dividends of attention-head coalitions",
                .tables = tables_of(inputs),
                .cube = given(options.cube),
                .groups = options.groups.empty() ? std::nullopt : given(options.groups.front()),
                .results = given(options.results),
                .attention_before = given(options.attention_before),
                .attention_after = given(options.attention_after)};
  write_report(report, options.out);
  const int code = run_program_and_wait({options.python.string(), "-m", "harsanyi_analysis", "report",
                                         (options.out / "report.json").string(), options.out.string()});
  if (code != 0)
    throw Error{
        fmt::format("the tables are in '{}', but the page with the figures was not made ('{} -m "
                    "harsanyi_analysis' ended with {}); "
                    "install the package in analysis/ for that interpreter, or name another with --python",
                    options.out.string(), options.python.string(), code)};
  std::cout << fmt::format("report written: {}\n", page.string());
  return ExitCode::ok;
}

}  // namespace harsanyi
