#include "orchestrator/job/unchanged_files.hpp"

#include <system_error>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

UnchangedFiles::UnchangedFiles(const std::vector<std::filesystem::path>& files) {
  for (const auto& file : files) files_.push_back({file, state_of(file)});
}

void UnchangedFiles::require() const {
  for (const File& file : files_)
    if (state_of(file.path) != file.state)
      throw ModelError{
          fmt::format("{} was changed while it was in use; what was computed since is dropped. Put the file "
                      "back and run the same command again",
                      file.path.string())};
}

UnchangedFiles::State UnchangedFiles::state_of(const std::filesystem::path& file) {
  std::error_code problem;
  State state{std::filesystem::file_size(file, problem), {}};
  if (!problem) state.written = std::filesystem::last_write_time(file, problem);
  if (problem) throw ModelError{fmt::format("{}: {}", file.string(), problem.message())};
  return state;
}

}  // namespace harsanyi
