#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "orchestrator/job/model_facts.hpp"
#include "partition/base/identity.hpp"
#include "worker/benchmark/answer_text.hpp"
#include "worker/engine/engine.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi {

/// What generated answers are compared with, and how they are generated.
struct GeneratedAnswers {
  std::vector<std::vector<std::string>> gold_answers;  ///< [items]
  GenerationRules rules{.max_new_tokens = 1, .end_tokens = {}};
};

/// Tokens after which the rest of an answer cannot count: the model's end of text, and every token whose text
/// holds a full stop, since an answer is cut there.
[[nodiscard]] std::vector<std::int32_t> end_tokens(const ModelFacts& model);

/// Adds what decides where generated answers end.
void add_generation(Identity& identity, const std::string& prefix, const GenerationRules& rules);

/// Scores of one generated answer: decoded without special tokens, cut at the first full stop.
/// @throws BenchmarkError  if the item has no right answer
[[nodiscard]] AnswerScores scores_of(const GeneratedAnswers& answers, std::size_t item,
                                     std::span<const std::int32_t> tokens, const Tokenizer& tokenizer);

}  // namespace harsanyi
