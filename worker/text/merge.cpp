#include <algorithm>
#include <cstdint>
#include <queue>
#include <tuple>

#include "worker/text/bpe.hpp"

namespace harsanyi {

void merge_by_scan(const MergeTable& merges, std::vector<TokenId>& symbols) {
  if (symbols.size() < 2) return;
  // pair[i] is the merge of symbols i and i + 1.
  std::vector<Merge> pairs(symbols.size() - 1);
  for (std::size_t i = 0; i < pairs.size(); ++i) pairs[i] = merges.find(symbols[i], symbols[i + 1]);
  const auto earlier = [](const Merge& a, const Merge& b) { return a.rank < b.rank; };
  while (!pairs.empty()) {
    const auto best = std::min_element(pairs.begin(), pairs.end(), earlier);
    if (best->rank == Merge::never) break;
    const auto at = static_cast<std::size_t>(best - pairs.begin());
    symbols[at] = best->merged;
    symbols.erase(symbols.begin() + static_cast<std::ptrdiff_t>(at) + 1);
    pairs.erase(best);
    if (at > 0) pairs[at - 1] = merges.find(symbols[at - 1], symbols[at]);
    if (at < pairs.size()) pairs[at] = merges.find(symbols[at], symbols[at + 1]);
  }
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

  explicit SymbolList(const std::vector<TokenId>& symbols) {
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

  void write(std::vector<TokenId>& symbols) const {
    symbols.clear();
    for (const Node& node : nodes_)
      if (!node.is_removed) symbols.push_back(node.symbol);
  }

 private:
  std::vector<Node> nodes_;
};

}  // namespace

void merge_by_queue(const MergeTable& merges, std::vector<TokenId>& symbols) {
  struct Candidate {
    std::uint32_t rank, at;
    TokenId merged;
    bool operator<(const Candidate& other) const {  // std::priority_queue gives the largest first
      return std::tie(rank, at) > std::tie(other.rank, other.at);
    }
  };
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
  list.write(symbols);
}

}  // namespace harsanyi
