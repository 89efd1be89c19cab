#include <algorithm>
#include <array>
#include <cassert>
#include <cstdint>
#include <queue>
#include <span>
#include <tuple>

#include "worker/text/bpe.hpp"

namespace harsanyi {

void merge_by_scan(const MergeTable& merges, std::vector<TokenId>& ids, std::size_t first) {
  TokenId* const symbols = ids.data() + first;
  std::size_t count = ids.size() - first;
  if (count < 2) return;
  assert(count <= longest_scan);
  std::array<Merge, longest_scan> pairs;  // pairs[i] is the merge of symbols i and i + 1
  for (std::size_t i = 0; i + 1 < count; ++i) pairs[i] = merges.find(symbols[i], symbols[i + 1]);
  const auto earlier = [](const Merge& a, const Merge& b) { return a.rank < b.rank; };
  while (count > 1) {
    auto* const pairs_end = pairs.data() + count - 1;
    auto* const best = std::min_element(pairs.data(), pairs_end, earlier);
    if (best->rank == Merge::never) break;
    const auto at = static_cast<std::size_t>(best - pairs.data());
    symbols[at] = best->merged;
    std::copy(symbols + at + 2, symbols + count, symbols + at + 1);
    std::copy(best + 1, pairs_end, best);
    --count;
    if (at > 0) pairs[at - 1] = merges.find(symbols[at - 1], symbols[at]);
    if (at + 1 < count) pairs[at] = merges.find(symbols[at], symbols[at + 1]);
  }
  ids.resize(first + count);
}

namespace {

/// A word as a linked list of symbols, so that a merge moves nothing.
class SymbolList {
 public:
  static constexpr std::uint32_t none = 0xFFFFFFFF;
  struct Node {
    TokenId symbol;
    std::uint32_t previous, next;
    bool is_removed;
  };

  explicit SymbolList(std::span<const TokenId> symbols) {
    const auto count = static_cast<std::uint32_t>(symbols.size());
    nodes_.reserve(count);
    for (std::uint32_t i = 0; i < count; ++i)
      nodes_.push_back({symbols[i], i == 0 ? none : i - 1, i + 1 == count ? none : i + 1, false});
  }
  [[nodiscard]] const Node& operator[](std::uint32_t i) const { return nodes_[i]; }

  void merge_with_next(std::uint32_t i, TokenId merged) {
    Node& right = nodes_[nodes_[i].next];
    right.is_removed = true;
    if (right.next != none) nodes_[right.next].previous = i;
    nodes_[i].next = right.next;
    nodes_[i].symbol = merged;
  }

  void append_to(std::vector<TokenId>& ids) const {
    for (const Node& node : nodes_)
      if (!node.is_removed) ids.push_back(node.symbol);
  }

 private:
  std::vector<Node> nodes_;
};

}  // namespace

void merge_by_queue(const MergeTable& merges, std::vector<TokenId>& ids, std::size_t first) {
  struct Candidate {
    std::uint32_t rank, at;
    TokenId merged;
    bool operator<(const Candidate& other) const {  // std::priority_queue gives the largest first
      return std::tie(rank, at) > std::tie(other.rank, other.at);
    }
  };
  const auto symbols = std::span{ids}.subspan(first);
  SymbolList list{symbols};
  std::priority_queue<Candidate> queue;
  const auto offer = [&](std::uint32_t at) {
    if (at == SymbolList::none || list[at].next == SymbolList::none) return;
    const Merge merge = merges.find(list[at].symbol, list[list[at].next].symbol);
    if (merge.rank != Merge::never) queue.push({merge.rank, at, merge.merged});
  };
  for (std::uint32_t i = 0; i < symbols.size(); ++i) offer(i);
  while (!queue.empty()) {
    const auto [rank, at, merged] = queue.top();
    queue.pop();
    // A neighbour may have changed since the candidate was offered.
    if (list[at].is_removed || list[at].next == SymbolList::none) continue;
    if (merges.find(list[at].symbol, list[list[at].next].symbol).rank != rank) continue;
    list.merge_with_next(at, merged);
    offer(list[at].previous);
    offer(at);
  }
  ids.resize(first);
  list.append_to(ids);
}

}  // namespace harsanyi
