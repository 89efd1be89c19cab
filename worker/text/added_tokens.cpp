#include "worker/text/added_tokens.hpp"

#include <algorithm>

namespace harsanyi {
namespace {

// \w and \s of Rust's regex crate.
constexpr std::string_view word_class = R"([\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}])";
constexpr std::string_view place = "added tokens";

bool matches(const Regex& regex, std::string_view text) {
  std::vector<Span> spans;
  regex.cut(text, spans);
  return std::any_of(spans.begin(), spans.end(), [](const Span& span) { return span.is_match; });
}

std::string_view last_character(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && (static_cast<unsigned char>(text[--at]) & 0xC0) == 0x80) continue;
  return text.substr(at);
}

bool touches_word(std::string_view before, std::string_view after) {
  static const Regex word = Regex::from_pcre2(word_class, place);
  static const Regex word_first = Regex::from_pcre2("\\A" + std::string{word_class}, place);
  return matches(word, last_character(before)) || matches(word_first, after);
}

std::size_t white_space_at_end(std::string_view text) {
  static const Regex white_space = Regex::from_pcre2(R"(\p{White_Space})", place);
  const std::size_t all = text.size();
  while (!text.empty() && matches(white_space, last_character(text)))
    text.remove_suffix(last_character(text).size());
  return all - text.size();
}

std::size_t white_space_at_start(std::string_view text) {
  static const Regex white_space = Regex::from_pcre2(R"(\A\p{White_Space}+)", place);
  std::vector<Span> spans;
  white_space.cut(text, spans);
  return !spans.empty() && spans.front().is_match ? spans.front().end : 0;
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
