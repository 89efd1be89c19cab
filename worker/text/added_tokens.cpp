#include "worker/text/added_tokens.hpp"

#include <algorithm>

#include "worker/text/unicode.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

// \w of Rust's regex crate.
constexpr std::string_view word_class = R"([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}])";
constexpr std::string_view place = "added tokens";

bool matches(const Regex& regex, std::string_view text) {
  std::vector<Span> spans;
  regex.cut(text, spans);
  return std::any_of(spans.begin(), spans.end(), [](const Span& span) { return span.is_match; });
}

bool touches_word(std::string_view before, std::string_view after) {
  static const Regex word = Regex::from_pcre2(word_class, place);
  static const Regex word_first = Regex::from_pcre2("\\A" + std::string{word_class}, place);
  return (!before.empty() && matches(word, before.substr(utf8::last_character(before)))) ||
         matches(word_first, after);
}

}  // namespace

AddedTokenMatcher::AddedTokenMatcher(std::vector<AddedToken> tokens) : is_empty_{tokens.empty()} {
  for (auto& token : tokens) {
    if (token.content.empty()) continue;  // a normalizer may leave nothing of it
    by_first_byte_[static_cast<unsigned char>(token.content.front())].push_back(std::move(token));
  }
  const auto longer = [](const AddedToken& a, const AddedToken& b) {
    return a.content.size() > b.content.size();
  };
  for (auto& bucket : by_first_byte_) std::stable_sort(bucket.begin(), bucket.end(), longer);
}

const AddedToken* AddedTokenMatcher::longest_at(std::string_view text, std::size_t at) const noexcept {
  for (const auto& token : by_first_byte_[static_cast<unsigned char>(text[at])])
    if (text.substr(at).starts_with(token.content)) return &token;
  return nullptr;
}

void AddedTokenMatcher::cut(std::string_view text, const Sink& sink) const {
  std::size_t covered = 0;
  for (std::size_t at = 0; !is_empty_ && at < text.size();) {
    const AddedToken* token = longest_at(text, at);
    if (token == nullptr) {
      ++at;
      continue;
    }
    std::size_t begin = at;
    std::size_t end = at =
        at + token->content.size();  // the search goes on here, even where the token is refused
    if (token->single_word && touches_word(text.substr(0, begin), text.substr(end))) continue;
    if (token->lstrip) begin = std::max(begin - white_space_at_end(text.substr(0, begin)), covered);
    if (token->rstrip) end += white_space_at_start(text.substr(end));
    if (covered < begin) sink(text.substr(covered, begin - covered), nullptr);
    sink(text.substr(begin, end - begin), token);
    covered = end;
  }
  if (covered < text.size()) sink(text.substr(covered), nullptr);
}

}  // namespace harsanyi
