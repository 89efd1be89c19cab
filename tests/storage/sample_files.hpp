#pragma once

#include <span>
#include <string>
#include <vector>

#include "storage/cube/dividend_cube.hpp"
#include "storage/forward/forward_file.hpp"
#include "storage/groups/groups_file.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi::test {

/// 3 layers, 2 players, pools of 5 and 2 samples, cut by 2 layers, 2 coalitions, 2 samples: ragged
/// everywhere.
[[nodiscard]] CubeDescription small_cube();
/// The same kind of cube with many units of one layer each.
[[nodiscard]] CubeDescription cube_of(int layers, int players, std::vector<int> pools, Sharding sharding);

/// Values that tell unit and place apart.
[[nodiscard]] Block block_of(const SweepUnit& unit);
[[nodiscard]] std::vector<Block> all_blocks(const SweepPlan& plan);
[[nodiscard]] double value_at(std::int64_t layer, std::int64_t sample, std::int64_t coalition);
/// The summaries of a cube whose units are all done.
[[nodiscard]] std::vector<LayerSummary> summaries_of(const DividendCube& cube);

/// Two models, two benchmarks with 2 and 3 labels, two methods.
[[nodiscard]] ResultsDescription small_results();
[[nodiscard]] Block block_of(const EvaluationUnit& unit, const EvaluationPlan& plan);
[[nodiscard]] std::vector<Block> all_blocks(const EvaluationPlan& plan);
[[nodiscard]] float logit_at(int table, int method, std::int64_t item, int label);

[[nodiscard]] SalientGroups small_groups();
[[nodiscard]] ForwardRecord small_forward();

/// What an error says, "" if none of its type was thrown.
template <class Call>
[[nodiscard]] std::string storage_error(Call&& call) {
  try {
    call();
  } catch (const StorageError& error) {
    return error.what();
  }
  return "";
}

[[nodiscard]] std::string content_of(const std::filesystem::path& file);
void write_content(const std::filesystem::path& file, std::string_view content);

}  // namespace harsanyi::test
