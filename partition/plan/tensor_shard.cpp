#include "partition/plan/tensor_shard.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

constexpr int kMostNamed = 16;  // ranks, in the message that names what works

bool divides_heads(const ModelShape& model, int ranks) {
  if (model.kv_heads % ranks == 0) return true;
  return ranks % model.kv_heads == 0 && ranks <= model.query_heads;
}

bool works(const ModelShape& model, int ranks) {
  return ranks >= 1 && divides_heads(model, ranks) && ranks <= model.intermediate &&
         ranks <= model.vocabulary;
}

}  // namespace

std::vector<int> tensor_parallel_sizes(const ModelShape& model, int most) {
  std::vector<int> sizes;
  for (int ranks = 1; ranks <= most; ++ranks)
    if (works(model, ranks)) sizes.push_back(ranks);
  return sizes;
}

TensorShard tensor_shard(const ModelShape& model, int ranks, int rank) {
  if (!works(model, ranks))
    throw PlanError{fmt::format(
        "a model of {} query and {} key/value heads cannot be divided over {} ranks: their number "
        "must divide the key/value heads, or be a multiple of them and at most the query heads; "
        "up to {} ranks these work: {}",
        model.query_heads, model.kv_heads, ranks, kMostNamed,
        fmt::join(tensor_parallel_sizes(model, kMostNamed), ", "))};
  if (rank < 0 || rank >= ranks)
    throw PlanError{fmt::format("rank {} is none of a worker group of {}", rank, ranks)};
  TensorShard shard{.ranks = ranks,
                    .rank = rank,
                    .query_heads = {},
                    .kv_heads = {},
                    .intermediate = part_of(model.intermediate, ranks, rank),
                    .vocabulary = part_of(model.vocabulary, ranks, rank)};
  const int per_player = model.query_heads / model.kv_heads;
  const int ranks_per_player = std::max(1, ranks / model.kv_heads);
  if (ranks_per_player == 1) {
    shard.kv_heads = part_of(model.kv_heads, ranks, rank);
    shard.query_heads = shard.kv_heads.times(per_player);
    return shard;
  }
  const std::int64_t player = rank / ranks_per_player;
  const Slice of_player = part_of(per_player, ranks_per_player, rank % ranks_per_player);
  shard.kv_heads = {player, player + 1};
  shard.query_heads = {player * per_player + of_player.first, player * per_player + of_player.last};
  return shard;
}

ModelShape shape_of(const ModelShape& model, const TensorShard& shard) {
  ModelShape local = model;
  local.query_heads = static_cast<int>(shard.query_heads.size());
  local.kv_heads = static_cast<int>(shard.kv_heads.size());
  local.intermediate = static_cast<int>(shard.intermediate.size());
  local.vocabulary = static_cast<int>(shard.vocabulary.size());
  return local;
}

ModelShape largest_part(const ModelShape& model, int ranks) {
  ModelShape largest = shape_of(model, tensor_shard(model, ranks, 0));
  for (int rank = 1; rank < ranks; ++rank) {
    const ModelShape part = shape_of(model, tensor_shard(model, ranks, rank));
    largest.query_heads = std::max(largest.query_heads, part.query_heads);
    largest.kv_heads = std::max(largest.kv_heads, part.kv_heads);
    largest.intermediate = std::max(largest.intermediate, part.intermediate);
    largest.vocabulary = std::max(largest.vocabulary, part.vocabulary);
  }
  return largest;
}

}  // namespace harsanyi
