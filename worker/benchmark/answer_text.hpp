#pragma once

#include <span>
#include <string>
#include <string_view>

namespace harsanyi {

/// Text before the first full stop, plus one full stop (the release's reading of a generated answer).
[[nodiscard]] std::string cut_at_period(std::string_view text);

/// SQuAD's normal form: lower case, ASCII punctuation removed, the words a, an, the removed, white space
/// (Unicode's) collapsed to single blanks.
[[nodiscard]] std::string normalised_answer(std::string_view text);

struct AnswerScore {
  double exact_match = 0.0;  ///< 0 or 1: equal normal forms
  double f1 = 0.0;           ///< of the bags of words of the normal forms; 1 if both are empty, 0 if one is
};

[[nodiscard]] AnswerScore score_answer(std::string_view prediction, std::string_view gold);

/// Against several right answers.
struct AnswerScores {
  AnswerScore best;   ///< each measure's maximum over all right answers, as SQuAD's own script has it
  AnswerScore first;  ///< against the first one alone, as the release has it
};

/// @param golds  at least one
/// @throws BenchmarkError  for none
[[nodiscard]] AnswerScores score_against(std::string_view prediction, std::span<const std::string> golds);

}  // namespace harsanyi
