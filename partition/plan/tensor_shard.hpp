#pragma once

#include <cstdint>
#include <vector>

#include "partition/plan/cost.hpp"

namespace harsanyi {

/// A part [first, last) of the entries along one dimension of a weight matrix.
struct Slice {
  std::int64_t first = 0;
  std::int64_t last = 0;

  [[nodiscard]] constexpr std::int64_t size() const noexcept { return last - first; }
  [[nodiscard]] constexpr bool contains(std::int64_t i) const noexcept { return i >= first && i < last; }
  /// The same part where every entry stands for `width` entries.
  [[nodiscard]] constexpr Slice times(std::int64_t width) const noexcept {
    return {first * width, last * width};
  }
  friend constexpr bool operator==(const Slice&, const Slice&) = default;
};

/// The nth of `parts` parts of `size` entries that differ by at most one in size.
[[nodiscard]] constexpr Slice part_of(std::int64_t size, int parts, int n) noexcept {
  return {size * n / parts, size * (n + 1) / parts};
}

/// What one rank of a worker group holds of a model (tensor parallelism as in Megatron-LM, arXiv 1909.08053,
/// section 3): key/value heads with the query heads that share them, so that a player lives on one rank;
/// columns of the MLP; rows of the vocabulary. With more ranks than key/value heads each of these is held by
/// several ranks, which divide its query heads. All numbers are the model's.
struct TensorShard {
  int ranks = 1;
  int rank = 0;
  Slice query_heads;
  Slice kv_heads;
  Slice intermediate;
  Slice vocabulary;

  [[nodiscard]] bool whole() const noexcept { return ranks == 1; }
};

/// @param ranks  of the group  @param rank  within the group
/// @throws PlanError  if the model cannot be divided so, naming the sizes that work
[[nodiscard]] TensorShard tensor_shard(const ModelShape& model, int ranks, int rank);

/// Group sizes up to `most` that tensor_shard accepts, ascending; 1 is the first.
[[nodiscard]] std::vector<int> tensor_parallel_sizes(const ModelShape& model, int most);

/// The shape of the part that a rank holds: its heads, MLP width and vocabulary in place of the model's.
[[nodiscard]] ModelShape shape_of(const ModelShape& model, const TensorShard& shard);

/// The same for a rank that would have the largest part of everything: what a group has to wait for.
[[nodiscard]] ModelShape largest_part(const ModelShape& model, int ranks);

}  // namespace harsanyi
