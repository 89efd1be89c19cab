#include "worker/text/regex_syntax.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

// Oniguruma's \w; the Latin-1 numbers come from its table for that block.
constexpr std::string_view word_characters =
    R"(\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\x{B2}\x{B3}\x{B9}\x{BC}-\x{BE})";

constexpr std::array<std::string_view, 37> general_categories{
    "L",  "Lu", "Ll", "Lt", "Lm", "Lo", "M",  "Mn", "Mc", "Me", "N",  "Nd", "Nl",
    "No", "P",  "Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po", "S",  "Sm", "Sc", "Sk",
    "So", "Z",  "Zs", "Zl", "Zp", "C",  "Cc", "Cf", "Cn", "Co", "Cs"};
constexpr std::array<std::string_view, 12> scripts{"Han",    "Hiragana", "Katakana",   "Hangul",
                                                   "Latin",  "Greek",    "Cyrillic",   "Arabic",
                                                   "Hebrew", "Thai",     "Devanagari", "Bopomofo"};

template <class Names>
bool contains(const Names& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// Reads the pattern once from left to right, writing its translation.
class Translation {
 public:
  Translation(std::string_view pattern, std::string_view where) : pattern_{pattern}, where_{where} {}

  std::string run() {
    if (pattern_.starts_with("(?i)")) copy(4);  // elsewhere the two engines give it another reach
    while (at_ < pattern_.size()) one_item();
    return std::move(out_);
  }

 private:
  [[noreturn]] void refuse(std::string_view construct) const {
    throw TextError{fmt::format("{}: the regular expression '{}' uses {} at byte {}, which is not supported",
                                where_, pattern_, construct, at_)};
  }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < pattern_.size() ? pattern_[at_ + ahead] : '\0';
  }
  [[nodiscard]] bool next_is(std::string_view text) const { return pattern_.substr(at_).starts_with(text); }
  void copy(std::size_t bytes) {
    out_ += pattern_.substr(at_, bytes);
    at_ += std::min(bytes, pattern_.size() - at_);
  }
  void write(std::string_view text, std::size_t consumed) {
    out_ += text;
    at_ += consumed;
  }

  void one_item() {
    switch (peek()) {
      case '(':
        return group();
      case '[':
        return character_class();
      case '\\':
        return escape(/*in_class=*/false);
      case '*':
      case '+':
      case '?':
        copy(1);
        if (peek() == '?' || peek() == '+') copy(1);
        return;
      case '{':
        return interval();
      case '#':
      case ']':
      case '}':
        return write(fmt::format("\\{}", peek()), 1);
      default:
        return copy(utf8::sequence_length(peek()));
    }
  }

  void group() {
    for (const std::string_view opening : {"(?:", "(?i:", "(?=", "(?!", "(?<=", "(?<!", "(?>"})
      if (next_is(opening)) return copy(opening.size());
    if (peek(1) == '?' || peek(1) == '*')
      refuse("a group of another kind than (?: (?i: (?= (?! (?<= (?<! (?>");
    copy(1);
  }

  void interval() {
    const auto close = pattern_.find('}', at_);
    const auto body = close == std::string_view::npos ? "" : pattern_.substr(at_ + 1, close - at_ - 1);
    if (body.empty() || body.front() == ',' ||
        body.find_first_not_of("0123456789,") != std::string_view::npos ||
        std::count(body.begin(), body.end(), ',') > 1)
      refuse("a brace that is no interval {n}, {n,} or {n,m}");
    copy(body.size() + 2);
    if (peek() == '+') refuse("a possessive interval");
    if (peek() == '?' && body.find(',') == std::string_view::npos) refuse("a lazy interval {n}?");
    if (peek() == '?') copy(1);
  }

  void character_class() {
    copy(1);
    if (peek() == '^') copy(1);
    if (peek() == ']') refuse("a class that begins with ]");
    while (peek() != ']') {
      if (at_ >= pattern_.size()) refuse("a class without its end");
      if (peek() == '[') refuse("a class inside a class");
      if (next_is("&&")) refuse("an intersection of classes");
      if (peek() == '\\') {
        escape(/*in_class=*/true);
      } else {
        copy(utf8::sequence_length(peek()));
      }
    }
    copy(1);
  }

  void escape(bool in_class) {
    const char letter = peek(1);
    switch (letter) {
      case 's':
        return write(R"(\p{White_Space})", 2);
      case 'S':
        return write(R"(\P{White_Space})", 2);
      case 'w':
        return write(in_class ? std::string{word_characters} : fmt::format("[{}]", word_characters), 2);
      case 'W':
        if (in_class) refuse("\\W inside a class");
        return write(fmt::format("[^{}]", word_characters), 2);
      case 'p':
      case 'P':
        return property(letter);
      case 'x':
        return hexadecimal();
      case 'u':
        if (at_ + 6 > pattern_.size()) refuse("a short \\u");
        return write(fmt::format("\\x{{{}}}", pattern_.substr(at_ + 2, 4)), 6);
      case 'A':
      case 'z':
        if (in_class) refuse("an anchor inside a class");
        return copy(2);
      case 'd':
      case 'D':
      case 'r':
      case 'n':
      case 't':
      case 'f':
        return copy(2);
      default:
        break;
    }
    const bool is_punctuation = letter > ' ' && letter < 0x7F && !(letter >= '0' && letter <= '9') &&
                                !(letter >= 'A' && letter <= 'Z') && !(letter >= 'a' && letter <= 'z');
    if (!is_punctuation && letter != ' ') refuse(fmt::format("the escape '{}'", pattern_.substr(at_, 2)));
    copy(2);
  }

  void hexadecimal() {
    const bool braces = peek(2) == '{';
    const auto close = pattern_.find('}', at_);
    if (braces && close == std::string_view::npos) refuse("an unfinished \\x{");
    // Two bare digits name a byte, which is a character of its own only below 80.
    if (!braces && !(peek(2) >= '0' && peek(2) <= '7')) refuse("\\x with a byte above 7F");
    copy(braces ? close - at_ + 1 : 4);
  }

  void property(char letter) {
    const auto close = pattern_.find('}', at_);
    if (peek(2) != '{' || close == std::string_view::npos) refuse("a property without braces");
    auto name = pattern_.substr(at_ + 3, close - at_ - 3);
    bool negated = letter == 'P';
    if (name.starts_with('^')) {
      negated = !negated;
      name.remove_prefix(1);
    }
    // PCRE2's bare script name means Script_Extensions, Oniguruma's means Script.
    const bool is_script = contains(scripts, name);
    if (!is_script && !contains(general_categories, name)) refuse(fmt::format("the property '{}'", name));
    write(fmt::format("\\{}{{{}{}}}", negated ? 'P' : 'p', is_script ? "sc:" : "", name), close - at_ + 1);
  }

  std::string_view pattern_;
  std::string_view where_;
  std::size_t at_ = 0;
  std::string out_;
};

}  // namespace

std::string pcre2_pattern(std::string_view pattern, std::string_view where) {
  return Translation{pattern, where}.run();
}

}  // namespace harsanyi
