#pragma once

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace harsanyi {

/// A stretch of a text, in bytes, half open.
struct Span {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool is_match = false;
  friend bool operator==(const Span&, const Span&) = default;
};

/// A compiled regular expression with the meaning it has in `tokenizers`. Immutable; safe to share between
/// threads.
class Regex {
 public:
  /// @param pattern  in Oniguruma's syntax, see pcre2_pattern
  /// @param where    begins every message
  /// @throws TextError  if the pattern is not supported or does not compile
  static Regex from_oniguruma(std::string_view pattern, std::string_view where);
  static Regex from_pcre2(std::string_view pattern, std::string_view where);

  /// Cuts `text` (well-formed UTF-8) into matches and the stretches between them, in order and without gaps.
  /// @throws TextError  if matching takes more than PCRE2's limits allow
  void cut(std::string_view text, std::vector<Span>& spans) const;

 private:
  struct Code;
  explicit Regex(std::shared_ptr<const Code> code) : code_{std::move(code)} {}
  std::shared_ptr<const Code> code_;
};

/// The same for a plain, non-empty string.
void cut_at(std::string_view text, std::string_view literal, std::vector<Span>& spans);

}  // namespace harsanyi
