#pragma once

#include <optional>
#include <string>

namespace harsanyi {

/// What a parallel launcher says of this process in its environment; MPI is not touched.
struct LaunchInfo {
  std::string launcher;  ///< "Open MPI", "Slurm" ...
  int rank = 0;
  int ranks = 1;
};

/// Nothing if the process was started without a launcher.
[[nodiscard]] std::optional<LaunchInfo> launch_info();

}  // namespace harsanyi
