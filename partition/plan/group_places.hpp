#pragma once

#include <vector>

namespace harsanyi {

/// Copies of models that `ranks` ranks hold each, and what they have to compute.
struct GroupWish {
  int ranks = 1;
  double cost = 0.0;  ///< of all units for groups of this size; any unit, only ratios matter
};

/// One worker group: ranks first_rank to first_rank + ranks - 1 of the job.
struct WorkerPlace {
  int first_rank = 0;
  int ranks = 1;
  friend bool operator==(const WorkerPlace&, const WorkerPlace&) = default;
};

/// Divides the ranks of a job into worker groups: at least one of every size; each further one for the size
/// that has most cost per rank so far. No rank is left over. Larger groups come first, so that they start at
/// multiples of their size where sizes divide each other.
/// @param wishes  different sizes
/// @throws PlanError  if the ranks cannot be divided so, naming the nearest numbers of ranks that can
[[nodiscard]] std::vector<WorkerPlace> place_groups(int ranks, std::vector<GroupWish> wishes);

}  // namespace harsanyi
