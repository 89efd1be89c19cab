#include "worker/text/vocabulary.hpp"

#include <algorithm>
#include <bit>
#include <functional>

namespace harsanyi {
namespace {

std::uint32_t hash_of(std::string_view token) noexcept {
  const std::uint64_t hash = std::hash<std::string_view>{}(token);
  return static_cast<std::uint32_t>(hash ^ (hash >> 32));
}

std::uint64_t pair_of(TokenId left, TokenId right) noexcept {
  return static_cast<std::uint64_t>(static_cast<std::uint32_t>(left)) << 32 |
         static_cast<std::uint32_t>(right);
}

}  // namespace

std::size_t TokenTable::slot_of(std::uint32_t hash, std::string_view token) const noexcept {
  const std::size_t mask = slots_.size() - 1;
  std::size_t slot = hash & mask;
  for (; slots_[slot].entry != 0; slot = (slot + 1) & mask)
    if (slots_[slot].hash == hash && text_of(entries_[slots_[slot].entry - 1]) == token) break;
  return slot;
}

void TokenTable::grow() {
  slots_.assign(std::max<std::size_t>(16, 2 * slots_.size()), Slot{});
  for (std::uint32_t index = 0; index < entries_.size(); ++index) {
    const std::uint32_t hash = entries_[index].hash;
    slots_[slot_of(hash, text_of(entries_[index]))] = {hash, index + 1};
  }
}

void TokenTable::insert(std::string_view token, TokenId id) {
  if (2 * (entries_.size() + 1) > slots_.size()) grow();
  const std::uint32_t hash = hash_of(token);
  slots_[slot_of(hash, token)] = {hash, static_cast<std::uint32_t>(entries_.size() + 1)};
  entries_.push_back(
      {hash, static_cast<std::uint32_t>(characters_.size()), static_cast<std::uint32_t>(token.size()), id});
  characters_ += token;
}

std::optional<TokenId> TokenTable::find(std::string_view token) const noexcept {
  if (entries_.empty()) return std::nullopt;
  const std::uint32_t entry = slots_[slot_of(hash_of(token), token)].entry;
  if (entry == 0) return std::nullopt;
  return entries_[entry - 1].id;
}

MergeTable::MergeTable(std::size_t merges)
    : slots_(std::bit_ceil(2 * merges + 2)), shift_{64 - std::countr_zero(slots_.size())} {}

std::size_t MergeTable::slot_of(std::uint64_t pair) const noexcept {
  // Fibonacci hashing: the top bits of a product with 2^64 / golden ratio.
  std::size_t slot = (pair * 0x9E3779B97F4A7C15) >> shift_;
  while (slots_[slot].pair != pair && slots_[slot].pair != free_slot) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

void MergeTable::set(TokenId left, TokenId right, Merge merge) {
  const std::uint64_t pair = pair_of(left, right);
  slots_[slot_of(pair)] = {pair, merge};
}

Merge MergeTable::find(TokenId left, TokenId right) const noexcept {
  return slots_[slot_of(pair_of(left, right))].merge;
}

}  // namespace harsanyi
