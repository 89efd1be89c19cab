#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "partition/plan/sweep_plan.hpp"

namespace harsanyi {

/// Units that a worker group should have to do, so that all stay busy to the end
/// (docs/decisions/unit-size.md).
inline constexpr std::int64_t kUnitsPerGroup = 64;

/// What the extents of a sweep's units are chosen from.
struct UnitSizeRequest {
  Sharding given{};                    ///< extents that the user names; 0: to be chosen
  std::optional<Sharding> recorded{};  ///< of the cube that is to be continued
  int worker_groups = 1;
  bool layers_stop_alone = false;  ///< a unit then has one layer and a 128th of its coalitions
};

struct UnitSize {
  Sharding sharding;
  std::string reason;  ///< in words, for the user
};

/// An extent is the one given, or else the recorded one. What is still open is chosen: 16 samples, a
/// sixteenth of the layers and 64 coalitions at most; if the units of a round are then fewer than
/// kUnitsPerGroup for every worker group, fewer layers and then fewer coalitions, down to 1 and 4. Samples
/// are not cut further: they decide the composition of every batch, and share the prompts' common prefix.
/// @param rounds  of `shape.pools`; the first round counts
/// @throws PlanError  as make_sweep_plan; for fewer than 1 worker group
[[nodiscard]] UnitSize choose_unit_size(const GameShape& shape, const SampleRounds& rounds,
                                        const UnitSizeRequest& request);

}  // namespace harsanyi
