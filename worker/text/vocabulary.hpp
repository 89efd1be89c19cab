#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "worker/text/tokenizer.hpp"

namespace harsanyi {

/// Finds token ids by their text: open addressing over one block of characters.
class TokenTable {
 public:
  void insert(std::string_view token, TokenId id);  ///< `token` is not in the table yet
  [[nodiscard]] std::optional<TokenId> find(std::string_view token) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::uint32_t hash;
    std::uint32_t begin;
    std::uint32_t length;
    TokenId id;
  };
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t entry = 0;  ///< index into entries_ plus one; 0 is free
  };
  [[nodiscard]] std::string_view text_of(const Entry& entry) const noexcept {
    return {characters_.data() + entry.begin, entry.length};
  }
  [[nodiscard]] std::size_t slot_of(std::uint32_t hash, std::string_view token) const noexcept;
  void grow();

  std::string characters_;
  std::vector<Entry> entries_;
  std::vector<Slot> slots_;  ///< at most half full
};

/// Whether a pair of neighbouring tokens merges, how early and into what.
struct Merge {
  static constexpr std::uint32_t never = 0xFFFFFFFF;
  std::uint32_t rank = never;
  TokenId merged = -1;
};

/// The merges of a BPE model by (left, right): open addressing, at most half full.
class MergeTable {
 public:
  explicit MergeTable(std::size_t merges);
  void set(TokenId left, TokenId right, Merge merge);  ///< a later entry for a pair replaces the earlier one
  [[nodiscard]] Merge find(TokenId left, TokenId right) const noexcept;

 private:
  struct Entry {
    std::uint64_t pair = free_slot;
    Merge merge;
  };
  static constexpr std::uint64_t free_slot = ~std::uint64_t{0};
  [[nodiscard]] std::size_t slot_of(std::uint64_t pair) const noexcept;

  std::vector<Entry> slots_;
  int shift_;  ///< keeps the top bits of the hash
};

}  // namespace harsanyi
