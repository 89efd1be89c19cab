#pragma once

#include "orchestrator/report/table.hpp"
#include "storage/cube/sweep_profile.hpp"

namespace harsanyi {

/// The units of one rank.
struct RankProfile {
  int rank = 0;
  int units = 0;
  UnitSeconds seconds;
  double flops = 0.0;  ///< useful operations

  /// Useful operations per second of computing; 0 without any.
  [[nodiscard]] double flops_per_second() const noexcept;
};

/// The measured units by the rank that computed them, in order of rank.
[[nodiscard]] std::vector<RankProfile> by_rank(const SweepProfile& profile);

/// Seconds by activity and useful GFLOP/s: a row per rank (of many ranks, the slowest sixteen), one of all,
/// and the shares of the workers' time. The note tells what rank 0 did beside.
[[nodiscard]] Table profile_table(const SweepProfile& profile);

/// The table and its note, for a terminal.
[[nodiscard]] std::string profile_text(const SweepProfile& profile);

}  // namespace harsanyi
