#include "slurm/submit_script.hpp"

#include <fmt/format.h>

#include "partition/base/shell_text.hpp"

namespace harsanyi {
namespace {

std::string dependency(const Study& study, StudyStage former, StudyStage stage) {
  const bool task_by_task = is_array(study, former) && is_array(study, stage);
  return fmt::format(" --dependency={}:${{{}%%;*}} --kill-on-invalid-dep=yes",
                     task_by_task ? "aftercorr" : "afterok", name_of(former));
}

}  // namespace

std::string submit_script(const Study& study, std::span<const StudyStage> stages,
                          const std::filesystem::path& folder) {
  std::string text = fmt::format("#!/bin/bash\nset -eu\ncd {}\n", shell_quoted(folder.string()));
  for (std::size_t i = 0; i < stages.size(); ++i) {
    const std::string_view name = name_of(stages[i]);
    text += fmt::format("{}=$(sbatch --parsable{} {})\necho \"{}: job ${{{}%%;*}}\"\n", name,
                        i == 0 ? "" : dependency(study, stages[i - 1], stages[i]),
                        shell_quoted(script_path(study, stages[i]).string()), name, name);
  }
  return text;
}

}  // namespace harsanyi
