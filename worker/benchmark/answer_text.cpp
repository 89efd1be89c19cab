#include "worker/benchmark/answer_text.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <vector>

#include <utf8proc.h>

#include "partition/base/error.hpp"
#include "worker/benchmark/white_space.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

bool is_ascii_punctuation(char32_t c) noexcept {
  return (c >= 0x21 && c <= 0x2F) || (c >= 0x3A && c <= 0x40) || (c >= 0x5B && c <= 0x60) ||
         (c >= 0x7B && c <= 0x7E);
}

/// A character of \w in Python's regular expressions, but the underscore, which is punctuation.
bool is_word_character(char32_t c) noexcept {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(c))) {
    case UTF8PROC_CATEGORY_LU:
    case UTF8PROC_CATEGORY_LL:
    case UTF8PROC_CATEGORY_LT:
    case UTF8PROC_CATEGORY_LM:
    case UTF8PROC_CATEGORY_LO:
    case UTF8PROC_CATEGORY_ND:
    case UTF8PROC_CATEGORY_NL:
    case UTF8PROC_CATEGORY_NO:
      return true;
    default:
      return false;
  }
}

/// Lower case, without ASCII punctuation. Of the lower forms that depend on their neighbours, or are longer,
/// only that of U+0130 is Python's; a capital sigma becomes U+03C3 everywhere.
std::u32string plain_letters(std::string_view text) {
  const std::string valid = utf8::lossy(text);
  std::u32string plain;
  for (std::size_t at = 0; at < valid.size(); at += utf8::sequence_length(valid[at])) {
    const char32_t c = utf8::code_point(valid, at);
    if (c == 0x130) {
      plain += U"i\u0307";
      continue;
    }
    const auto lower = static_cast<char32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(c)));
    if (!is_ascii_punctuation(lower)) plain += lower;
  }
  return plain;
}

/// Articles between word boundaries become a blank: the regular expression \b(a|an|the)\b matches whole runs
/// of word characters only.
void blank_articles(std::u32string& text) {
  for (std::size_t start = 0; start < text.size();) {
    std::size_t end = start;
    while (end < text.size() && is_word_character(text[end])) ++end;
    const std::u32string_view word{text.data() + start, end - start};
    if (word == U"a" || word == U"an" || word == U"the")
      std::fill(text.begin() + static_cast<std::ptrdiff_t>(start),
                text.begin() + static_cast<std::ptrdiff_t>(end), U' ');
    start = std::max(end, start + 1);
  }
}

std::vector<std::string> words_of(std::string_view normalised) {
  std::vector<std::string> words;
  for (std::size_t start = 0; start < normalised.size();) {
    const std::size_t end = std::min(normalised.find(' ', start), normalised.size());
    words.emplace_back(normalised.substr(start, end - start));
    start = end + 1;
  }
  return words;
}

double f1_of(const std::vector<std::string>& prediction, const std::vector<std::string>& gold) {
  if (prediction.empty() || gold.empty()) return prediction.empty() && gold.empty() ? 1.0 : 0.0;
  std::map<std::string, int> left;
  for (const std::string& word : gold) ++left[word];
  int common = 0;
  for (const std::string& word : prediction)
    if (const auto found = left.find(word); found != left.end() && found->second > 0) {
      --found->second;
      ++common;
    }
  if (common == 0) return 0.0;
  const double precision = common / static_cast<double>(prediction.size());
  const double recall = common / static_cast<double>(gold.size());
  return 2 * precision * recall / (precision + recall);
}

}  // namespace

std::string cut_at_period(std::string_view text) {
  return std::string{text.substr(0, text.find('.'))} + '.';
}

std::string normalised_answer(std::string_view text) {
  std::u32string plain = plain_letters(text);
  blank_articles(plain);
  std::string answer;
  bool pending_blank = false;
  for (const char32_t c : plain) {
    if (is_python_space(c)) {
      pending_blank = !answer.empty();
      continue;
    }
    if (pending_blank) answer += ' ';
    pending_blank = false;
    utf8::append(answer, c);
  }
  return answer;
}

AnswerScore score_answer(std::string_view prediction, std::string_view gold) {
  const std::string predicted = normalised_answer(prediction);
  const std::string right = normalised_answer(gold);
  return {predicted == right ? 1.0 : 0.0, f1_of(words_of(predicted), words_of(right))};
}

AnswerScores score_against(std::string_view prediction, std::span<const std::string> golds) {
  if (golds.empty()) throw BenchmarkError{"an answer is scored against no right answer; there must be one"};
  AnswerScores scores;
  scores.first = score_answer(prediction, golds.front());
  for (const std::string& gold : golds) {
    const AnswerScore score = score_answer(prediction, gold);
    scores.best.exact_match = std::max(scores.best.exact_match, score.exact_match);
    scores.best.f1 = std::max(scores.best.f1, score.f1);
  }
  return scores;
}

}  // namespace harsanyi
