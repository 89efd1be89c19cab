#pragma once

#include <array>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "worker/text/regex.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi {

/// A token that is cut out of the text before the model sees it.
struct AddedToken {
  TokenId id;
  std::string content;
  bool single_word = false;  ///< only between characters that are no letters, marks, digits or connectors
  bool lstrip = false;       ///< takes the white space before it along
  bool rstrip = false;       ///< takes the white space after it along
  bool normalized = false;   ///< looked for in the normalized text
  bool special = false;      ///< left out by decode(skip_special_tokens)
};

/// Finds a set of added tokens in a text: the leftmost first, of several at one place the longest.
class AddedTokenMatcher {
 public:
  explicit AddedTokenMatcher(std::vector<AddedToken> tokens);

  /// A token, or a stretch of text between tokens (token == nullptr, never empty).
  using Sink = std::function<void(std::string_view text, const AddedToken* token)>;
  void cut(std::string_view text, const Sink& sink) const;

 private:
  [[nodiscard]] const AddedToken* longest_at(std::string_view text, std::size_t at) const noexcept;

  std::array<std::vector<AddedToken>, 256> by_first_byte_;  ///< each from long to short
  bool is_empty_;
};

}  // namespace harsanyi
