#include "worker/model/row_layout.hpp"

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using Ids = std::vector<std::int64_t>;

std::vector<Prompt> prompts_of(std::vector<std::vector<std::int32_t>> tokens) {
  std::vector<Prompt> prompts;
  for (auto& ids : tokens) prompts.push_back({std::move(ids), {}, 0});
  return prompts;
}

TEST(RowLayout, TheSharedPrefixStandsOnce) {
  const RowLayout layout = RowLayout::sharing_prefix(prompts_of({{1, 2, 3, 4}, {1, 2, 5}}));
  EXPECT_EQ(layout.prefix(), 2);
  EXPECT_EQ(layout.tokens(), (Ids{1, 2, 3, 4, 5}));
  EXPECT_EQ(layout.positions(), (Ids{0, 1, 2, 3, 2}));
  EXPECT_EQ(layout.last_rows(), (Ids{3, 4}));
  EXPECT_EQ(layout.first_row(1), 4);
  EXPECT_EQ(layout.own_rows(1), 1);
}

TEST(RowLayout, EveryPromptKeepsARowOfItsOwn) {
  // The second prompt is the beginning of the first, the third equals it.
  const RowLayout layout = RowLayout::sharing_prefix(prompts_of({{1, 2, 3}, {1, 2}, {1, 2, 3}}));
  EXPECT_EQ(layout.prefix(), 1);
  for (int prompt = 0; prompt < layout.prompts(); ++prompt) EXPECT_GE(layout.own_rows(prompt), 1);
  EXPECT_EQ(layout.last_rows(), (Ids{2, 3, 5}));
}

TEST(RowLayout, OnePromptSharesNothing) {
  const RowLayout layout = RowLayout::sharing_prefix(prompts_of({{7, 8, 9}}));
  EXPECT_EQ(layout.prefix(), 0);
  EXPECT_EQ(layout.tokens(), (Ids{7, 8, 9}));
}

TEST(RowLayout, SeparatePromptsAreWhole) {
  const RowLayout layout = RowLayout::separate(prompts_of({{1, 2, 3}, {1, 2}}));
  EXPECT_EQ(layout.prefix(), 0);
  EXPECT_EQ(layout.tokens(), (Ids{1, 2, 3, 1, 2}));
  EXPECT_EQ(layout.positions(), (Ids{0, 1, 2, 0, 1}));
}

TEST(RowLayout, RefusesEmptyPromptsAndBatches) {
  EXPECT_THROW((void)RowLayout::sharing_prefix(prompts_of({})), ModelError);
  EXPECT_THROW((void)RowLayout::sharing_prefix(prompts_of({{}})), ModelError);
  EXPECT_THROW((void)RowLayout::sharing_prefix(prompts_of({{1}, {}})), ModelError);
}

}  // namespace
}  // namespace harsanyi
