#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include <fmt/format.h>
#include <sys/wait.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/cli/slurm_need.hpp"
#include "orchestrator/cli/slurm_text.hpp"
#include "partition/base/error.hpp"
#include "partition/base/shell_text.hpp"
#include "partition/base/text_file.hpp"
#include "slurm/submit_script.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

Study study_of(const SlurmOptions& options) {
  Study study{.models = {}, .out = options.out, .harsanyi = fs::read_symlink("/proc/self/exe")};
  for (const fs::path& model : options.models) study.models.push_back({name_of_model(model), model});
  return study;
}

/// Scripts may have been changed by hand.
void require_replaceable_script(const fs::path& file, const std::string& text, bool overwrite) {
  std::ifstream in{file};
  if (overwrite || !in) return;
  if (std::string{std::istreambuf_iterator<char>{in}, {}} != text)
    throw StorageError{fmt::format(
        "{}: the script exists and differs from the one to be written, by hand or by other options; "
        "choose another --out, or replace it (--overwrite)",
        file.string())};
}

void write_script(const fs::path& file, const std::string& text) {
  write_text_file(file, text);
  fs::permissions(file, fs::perms::owner_exec | fs::perms::group_exec, fs::perm_options::add);
}

// Prints what sbatch says, job numbers or reasons.
void submit(const fs::path& script) {
  const int status =
      std::system(("bash " + shell_quoted(script.string())).c_str());  // NOLINT(cert-env33-c): quoted
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
    throw ConfigError{
        fmt::format("{}: submitting failed, for the reason that sbatch gives above; jobs named above are "
                    "submitted (scancel takes them back)",
                    script.string())};
}

}  // namespace

ExitCode run_slurm(const SlurmOptions& options, const Invocation&) {
  require_one_process("slurm");
  const Study study = study_of(options);
  std::vector<std::pair<fs::path, std::string>> scripts;
  for (const StudyStage stage : options.stages) {
    const Need need = need_of(options, study, stage);
    const BatchJob job{stage, options.config_of(stage),
                       need.flops > 0.0 ? allocation_for(options.cluster, need, options.wish)
                                        : small_allocation(options.cluster)};
    std::cout << allocation_text(options.cluster, study, job, need);
    scripts.emplace_back(script_path(study, stage), batch_script(options.cluster, study, job));
  }
  const fs::path all = study.out / "jobs/submit.sh";
  scripts.emplace_back(all, submit_script(study, options.stages, fs::current_path()));

  if (options.dry_run) {
    for (const auto& [file, text] : scripts) std::cout << fmt::format("\n==> {}\n{}", file.string(), text);
    return ExitCode::ok;
  }
  for (const auto& [file, text] : scripts) require_replaceable_script(file, text, options.overwrite);
  for (const char* folder : {"jobs", "logs"}) fs::create_directories(study.out / folder);
  for (const auto& [file, text] : scripts) write_script(file, text);
  if (!options.submit) {
    std::cout << fmt::format("written; submit with: {}\n", all.string());
    return ExitCode::ok;
  }
  std::cout.flush();
  submit(all);
  return ExitCode::ok;
}

}  // namespace harsanyi
