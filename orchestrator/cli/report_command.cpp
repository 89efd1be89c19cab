#include <cerrno>
#include <cstring>
#include <iostream>
#include <optional>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/wait.h>
#include <unistd.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/report/evaluation_tables.hpp"
#include "orchestrator/report/experiment_table.hpp"
#include "orchestrator/report/groups_table.hpp"
#include "orchestrator/report/report.hpp"
#include "partition/base/error.hpp"
#include "storage/groups/groups_file.hpp"
#include "storage/trial_read.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

/// The files a report is made from, opened.
struct Inputs {
  std::vector<DividendCube> cubes;
  std::vector<SalientGroups> groups;
  std::vector<ResultsFile> results;
};

template <class File>
File open_finished(const fs::path& path, std::string_view command) {
  File file = File::open(path);
  if (!file.complete())
    throw StorageError{fmt::format("'{}' is not finished; run the same `harsanyi {}` again, then report",
                                   path.string(), command)};
  return file;
}

Inputs open_inputs(const ReportOptions& options) {
  Inputs inputs;
  for (const fs::path& file : options.cubes)
    inputs.cubes.push_back(open_finished<DividendCube>(file, "sweep"));
  for (const fs::path& file : options.groups) inputs.groups.push_back(read_groups(file));
  for (const fs::path& file : options.results)
    inputs.results.push_back(open_finished<ResultsFile>(file, "evaluate"));
  return inputs;
}

// For a title; the table's note has all of them.
std::string short_list(const std::vector<std::string>& names) {
  constexpr std::size_t kNamed = 2;
  if (names.size() <= kNamed + 1) return fmt::format("{}", fmt::join(names, ", "));
  return fmt::format("{} and {} more", fmt::join(std::span{names}.first(kNamed), ", "),
                     names.size() - kNamed);
}

std::vector<Table> tables_of(const Inputs& inputs) {
  std::vector<EvaluatedBenchmark> evaluated;
  ExperimentParts parts;
  for (const ResultsFile& results : inputs.results) {
    for (EvaluatedBenchmark& benchmark : evaluate_results(results)) evaluated.push_back(std::move(benchmark));
    parts.results.push_back(&results.description());
  }
  std::vector<Table> tables = evaluation_tables(evaluated);
  for (std::size_t i = 0; i < inputs.groups.size(); ++i) {
    Table table = groups_table(inputs.groups[i], {});
    if (inputs.groups.size() > 1) {
      table.name += fmt::format("_{}", i + 1);
      table.title += fmt::format(" ({})", short_list(inputs.groups[i].benchmarks));
    }
    tables.push_back(std::move(table));
    parts.groups.push_back(&inputs.groups[i]);
  }
  for (const DividendCube& cube : inputs.cubes) parts.cubes.push_back(&cube.description());
  tables.push_back(experiment_table(parts));
  return tables;
}

std::vector<fs::path> absolute_paths(const std::vector<fs::path>& files) {
  std::vector<fs::path> absolute;
  absolute.reserve(files.size());
  for (const fs::path& file : files) absolute.push_back(fs::absolute(file));
  return absolute;
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
  require_one_process("report");
  const fs::path page = options.out / "index.html";
  // The tables are there also where the page was not made.
  for (const fs::path& file : {page, options.out / "report.json"})
    if (fs::exists(file) && !options.overwrite)
      throw StorageError{fmt::format("'{}' holds a report already; choose another --out or add --overwrite",
                                     options.out.string())};
  for (const auto* files : {&options.cubes, &options.groups, &options.results})
    for (const fs::path& file : *files) require_harmless(file);
  const Inputs inputs = open_inputs(options);
  Report report{.title = "Harsanyi dividends of attention-head coalitions",
                .tables = tables_of(inputs),
                .cubes = absolute_paths(options.cubes),
                .groups = absolute_paths(options.groups),
                .results = absolute_paths(options.results),
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
