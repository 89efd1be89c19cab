#pragma once

#include <filesystem>

#include "partition/game/stopping_rule.hpp"

namespace harsanyi::bench {

/// Runs the rounds of a sweep on the recorded values of a cube: first in the recorded order of its samples,
/// then in random orders (within pools). The full table is that of the samples that all layers have: all of
/// a cube made with --stopping full, those so far of one that is unfinished. Prints the share of the values
/// that a sweep would have computed, in how many layers its group is that of the full table, and the samples
/// of each layer.
void replay(const std::filesystem::path& cube, const StoppingRule& stopping, int orders);

/// Share of wrong decisions where the arg-max of the full table is known and its rivals have nearly the same
/// mean, which is the hardest case for the confidence; by tails, rivals, table size, first look.
void simulate(double confidence, int trials);

}  // namespace harsanyi::bench
