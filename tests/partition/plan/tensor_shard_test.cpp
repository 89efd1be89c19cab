#include "partition/plan/tensor_shard.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

ModelShape model_of(int query_heads, int kv_heads) {
  return {.layers = 2,
          .hidden = 64,
          .query_heads = query_heads,
          .kv_heads = kv_heads,
          .head_size = 8,
          .intermediate = 100,
          .vocabulary = 50};
}

/// Every entry of [0, size) is in `times` of the slices.
void expect_cover(const std::vector<Slice>& slices, std::int64_t size, int times) {
  for (std::int64_t i = 0; i < size; ++i) {
    int found = 0;
    for (const Slice& slice : slices) found += slice.contains(i) ? 1 : 0;
    EXPECT_EQ(found, times) << "entry " << i << " of " << size;
  }
}

TEST(TensorShardTest, RanksTogetherHoldTheModelOnce) {
  for (const auto& [query, kv, ranks] :
       {std::tuple{32, 8, 4}, {32, 8, 8}, {9, 3, 3}, {14, 2, 2}, {6, 6, 1}}) {
    std::vector<Slice> heads, players, columns, tokens;
    for (int rank = 0; rank < ranks; ++rank) {
      const TensorShard shard = tensor_shard(model_of(query, kv), ranks, rank);
      heads.push_back(shard.query_heads);
      players.push_back(shard.kv_heads);
      columns.push_back(shard.intermediate);
      tokens.push_back(shard.vocabulary);
      EXPECT_EQ(shard.query_heads, shard.kv_heads.times(query / kv));
    }
    expect_cover(heads, query, 1);
    expect_cover(players, kv, 1);
    expect_cover(columns, 100, 1);
    expect_cover(tokens, 50, 1);
  }
}

TEST(TensorShardTest, MoreRanksThanPlayersDivideThePlayersQueryHeads) {
  for (const auto& [query, kv, ranks] : {std::tuple{32, 4, 8}, {14, 2, 4}, {14, 2, 8}, {9, 3, 9}}) {
    std::vector<Slice> heads, players;
    for (int rank = 0; rank < ranks; ++rank) {
      const TensorShard shard = tensor_shard(model_of(query, kv), ranks, rank);
      EXPECT_EQ(shard.kv_heads.size(), 1);
      EXPECT_GE(shard.query_heads.size(), 1);
      EXPECT_EQ(shard.query_heads.first / (query / kv), shard.kv_heads.first);
      EXPECT_EQ((shard.query_heads.last - 1) / (query / kv), shard.kv_heads.first);
      heads.push_back(shard.query_heads);
      players.push_back(shard.kv_heads);
    }
    expect_cover(heads, query, 1);
    expect_cover(players, kv, ranks / kv);
  }
}

TEST(TensorShardTest, NamesTheSizesThatWork) {
  EXPECT_THAT(tensor_parallel_sizes(model_of(9, 3), 16), ElementsAre(1, 3, 6, 9));
  EXPECT_THAT(tensor_parallel_sizes(model_of(40, 8), 16), ElementsAre(1, 2, 4, 8, 16));
  EXPECT_THAT([] { (void)tensor_shard(model_of(9, 3), 2, 0); },
              ThrowsMessage<PlanError>(HasSubstr("these work: 1, 3, 6, 9")));
  EXPECT_THROW((void)tensor_shard(model_of(9, 3), 0, 0), PlanError);
  EXPECT_THROW((void)tensor_shard(model_of(9, 3), 3, 3), PlanError);
}

TEST(TensorShardTest, ShapeOfAPart) {
  const ModelShape part = shape_of(model_of(32, 8), tensor_shard(model_of(32, 8), 8, 7));
  EXPECT_EQ(part.query_heads, 4);
  EXPECT_EQ(part.kv_heads, 1);
  EXPECT_EQ(part.intermediate, 13);
  EXPECT_EQ(part.vocabulary, 7);
  EXPECT_EQ(part.hidden, 64);
}

}  // namespace
}  // namespace harsanyi
