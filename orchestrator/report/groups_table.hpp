#pragma once

#include <span>

#include "orchestrator/report/table.hpp"
#include "partition/game/salient_group.hpp"
#include "partition/game/summary.hpp"

namespace harsanyi {

/// The salient group of every layer: members, edited query heads, mean dividend, margin, and where
/// `summaries` are given, standard error and samples.
/// @param summaries  [layers] of the cube the groups come from, in the groups' convention; empty where it is
/// not at hand
/// @throws ReportError  if there are summaries of another number of layers or players
[[nodiscard]] Table groups_table(const SalientGroups& groups, std::span<const LayerSummary> summaries);

}  // namespace harsanyi
