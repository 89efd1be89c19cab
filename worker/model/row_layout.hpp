#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "partition/plan/prompt.hpp"

namespace harsanyi {

/// How the tokens of several prompts lie as rows of one matrix, without padding: the rows of a prefix that
/// all prompts share, once, then each prompt's own rows. Example: prompts abcd and abe give rows  a b | c d |
/// e. A pure function of the prompts, so the composition of every matrix product is one of the unit.
class RowLayout {
 public:
  /// The longest shared prefix stands once; every prompt keeps at least one row of its own.
  [[nodiscard]] static RowLayout sharing_prefix(std::span<const Prompt> prompts);
  /// No sharing: for interventions whose early rows depend on later tokens (calibration).
  [[nodiscard]] static RowLayout separate(std::span<const Prompt> prompts);
  /// One row per sequence: the token that comes after those already in its key/value cache.
  /// @param tokens     [sequences]
  /// @param positions  [sequences]
  [[nodiscard]] static RowLayout next_tokens(std::span<const std::int32_t> tokens,
                                             std::span<const std::int64_t> positions);

  [[nodiscard]] int prompts() const noexcept { return static_cast<int>(first_row_.size()); }
  [[nodiscard]] std::int64_t rows() const noexcept { return static_cast<std::int64_t>(tokens_.size()); }
  [[nodiscard]] std::int64_t prefix() const noexcept { return prefix_; }
  [[nodiscard]] std::int64_t first_row(int prompt) const {
    return first_row_[static_cast<std::size_t>(prompt)];
  }
  [[nodiscard]] std::int64_t own_rows(int prompt) const {
    return own_rows_[static_cast<std::size_t>(prompt)];
  }
  /// The row of a prompt's token at `position`, in the prefix or among its own.
  [[nodiscard]] std::int64_t row_of(int prompt, std::int64_t position) const {
    return position < prefix_ ? position : first_row(prompt) + position - prefix_;
  }
  [[nodiscard]] const std::vector<std::int64_t>& tokens() const noexcept { return tokens_; }  ///< [rows]
  [[nodiscard]] const std::vector<std::int64_t>& positions() const noexcept {
    return positions_;
  }  ///< [rows]
  [[nodiscard]] const std::vector<std::int64_t>& last_rows() const noexcept {
    return last_rows_;
  }  ///< [prompts]

 private:
  RowLayout() = default;
  RowLayout(std::span<const Prompt> prompts, std::int64_t prefix);
  std::int64_t prefix_ = 0;
  std::vector<std::int64_t> first_row_, own_rows_, tokens_, positions_, last_rows_;
};

}  // namespace harsanyi
