// The two merge loops against the definition of byte pair encoding.
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "worker/text/bpe.hpp"

namespace harsanyi {
namespace {

struct Rules {
  std::map<std::pair<TokenId, TokenId>, Merge> by_pair;
  MergeTable table{0};
};

/// A vocabulary of `letters` single tokens and random merges of what there is so far.
Rules random_rules(int letters, int merges, unsigned seed) {
  std::mt19937 random{seed};
  Rules rules{{}, MergeTable{static_cast<std::size_t>(merges)}};
  std::map<std::string, TokenId> ids;
  std::vector<std::string> texts;
  texts.reserve(static_cast<std::size_t>(letters) + static_cast<std::size_t>(merges));
  for (int k = 0; k < letters; ++k) texts.emplace_back(1, static_cast<char>('a' + k));
  for (const auto& text : texts) ids[text] = static_cast<TokenId>(ids.size());
  for (std::uint32_t rank = 0; rank < static_cast<std::uint32_t>(merges); ++rank) {
    const auto left = texts[random() % texts.size()];
    const auto right = texts[random() % texts.size()];
    const auto [merged, is_fresh] = ids.try_emplace(left + right, static_cast<TokenId>(ids.size()));
    if (is_fresh) texts.push_back(left + right);
    rules.by_pair[{ids[left], ids[right]}] = {rank, merged->second};
    rules.table.set(ids[left], ids[right], {rank, merged->second});
  }
  return rules;
}

/// The definition: of all neighbours the pair of lowest rank, the leftmost, until there is none.
std::vector<TokenId> merged_by_definition(const Rules& rules, std::vector<TokenId> ids) {
  while (true) {
    std::size_t best_at = ids.size();
    Merge best;
    for (std::size_t i = 0; i + 1 < ids.size(); ++i) {
      const auto rule = rules.by_pair.find({ids[i], ids[i + 1]});
      if (rule != rules.by_pair.end() && rule->second.rank < best.rank) {
        best = rule->second;
        best_at = i;
      }
    }
    if (best_at == ids.size()) return ids;
    ids[best_at] = best.merged;
    ids.erase(ids.begin() + static_cast<std::ptrdiff_t>(best_at) + 1);
  }
}

class EverySeed : public testing::TestWithParam<unsigned> {};

TEST_P(EverySeed, ScanAndQueueGiveWhatTheDefinitionGives) {
  const auto rules = random_rules(3, 40, GetParam());
  std::mt19937 random{GetParam()};
  for (std::size_t length = 0; length <= longest_scan; ++length) {
    std::vector<TokenId> word(length);
    for (auto& id : word) id = static_cast<TokenId>(random() % 3);
    auto scanned = word;
    auto queued = word;
    merge_by_scan(rules.table, scanned, 0);
    merge_by_queue(rules.table, queued, 0);
    const auto expected = merged_by_definition(rules, word);
    EXPECT_EQ(scanned, expected);
    EXPECT_EQ(queued, expected);
  }
}

INSTANTIATE_TEST_SUITE_P(Rules, EverySeed, testing::Range(1U, 40U));

TEST(Merge, LeavesTheTokensBeforeTheWordAlone) {
  MergeTable merges{1};
  merges.set(0, 0, {0, 1});
  std::vector<TokenId> scanned{0, 0, 0, 0};
  auto queued = scanned;
  merge_by_scan(merges, scanned, 2);
  merge_by_queue(merges, queued, 2);
  EXPECT_EQ(scanned, (std::vector<TokenId>{0, 0, 1}));
  EXPECT_EQ(queued, scanned);
}

TEST(TokenTable, FindsWhatWasInsertedAndNothingElse) {
  TokenTable table;
  EXPECT_EQ(table.find("x"), std::nullopt);
  for (int k = 0; k < 5000; ++k) table.insert("token" + std::to_string(k), k);
  table.insert("", 7777);
  for (int k = 0; k < 5000; ++k) EXPECT_EQ(table.find("token" + std::to_string(k)), k);
  EXPECT_EQ(table.find("token5000"), std::nullopt);
  EXPECT_EQ(table.find(""), 7777);
}

}  // namespace
}  // namespace harsanyi
