#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "worker/text/json_part.hpp"
#include "worker/text/regex.hpp"

namespace harsanyi {

/// What replacements may make of a text that was shorter: steps that each double it would soon take all
/// memory.
inline constexpr std::size_t longest_grown_text = std::size_t{16} << 20;

/// Puts `content` in the place of what it finds. A normalizer and a decoder.
class Replacement {
 public:
  /// Reads {"pattern": {"String" or "Regex": …}, "content": …}.
  explicit Replacement(const JsonPart& part);

  /// @throws TextError  if the text grows beyond `longest_grown_text`
  [[nodiscard]] std::string apply(std::string_view text) const;
  /// Whether it swaps single characters, so that positions in a text keep their order and number.
  [[nodiscard]] bool is_character_for_character() const;

 private:
  std::variant<std::string, Regex> pattern_;
  std::string content_;
  std::string place_;  ///< in the file
};

/// Unicode normal forms.
enum class NormalForm { nfc, nfd, nfkc, nfkd };
[[nodiscard]] std::string to_normal_form(std::string_view text, NormalForm form);

struct Prefix {
  std::string text;
};

/// Takes white space off the ends.
struct Strip {
  bool left;
  bool right;
};

enum class CharacterChange { lowercase, strip_accents };
[[nodiscard]] std::string changed(std::string_view text, CharacterChange change);

/// The `normalizer` of a tokenizer file: steps applied in order to each stretch between added tokens.
class Normalizer {
 public:
  Normalizer() = default;  ///< leaves texts alone
  /// @throws TextError  for a step other than Sequence, Prepend, Replace, Strip, StripAccents,
  /// Lowercase, NFC, NFD, NFKC, NFKD
  explicit Normalizer(const JsonPart& part);

  [[nodiscard]] std::string apply(std::string text) const;
  [[nodiscard]] bool is_identity() const noexcept { return steps_.empty(); }
  [[nodiscard]] bool is_character_for_character() const;

 private:
  using Step = std::variant<Prefix, Strip, Replacement, CharacterChange, NormalForm>;
  void add(const JsonPart& part);

  std::vector<Step> steps_;
};

}  // namespace harsanyi
