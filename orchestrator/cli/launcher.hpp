#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace harsanyi {

/// What a parallel launcher says of this process in its environment; MPI is not touched.
struct LaunchInfo {
  std::string launcher;  ///< "Open MPI", "Slurm" ...
  int rank = 0;
  int ranks = 1;
};

/// Nothing if the process was started without a launcher.
[[nodiscard]] std::optional<LaunchInfo> launch_info();

/// For commands that write a file and share no work: several processes would write the same one.
/// @throws ConfigError  where a launcher has started several ranks
void require_one_process(std::string_view command);

}  // namespace harsanyi
