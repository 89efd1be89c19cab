#include "orchestrator/job/generated_answers.hpp"

#include <algorithm>
#include <iterator>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/sha256.hpp"

namespace harsanyi {

std::vector<std::int32_t> end_tokens(const ModelFacts& model) {
  std::vector<std::int32_t> ends{model.config.end_tokens.begin(), model.config.end_tokens.end()};
  const int size = std::min(model.tokenizer->vocabulary_size(), model.config.shape.vocabulary);
  for (TokenId token = 0; token < size; ++token) {
    if (!model.tokenizer->contains(token)) continue;
    const std::string text = model.tokenizer->decode(std::span{&token, 1}, /*skip_special_tokens=*/true);
    if (text.find('.') != std::string::npos) ends.push_back(token);
  }
  return ends;
}

void add_generation(Identity& identity, const std::string& prefix, const GenerationRules& rules) {
  identity.set(prefix + ".new_tokens", std::to_string(rules.max_new_tokens));
  identity.set(prefix + ".end_tokens_sha256",
               sha256_hex(fmt::format("{}", fmt::join(rules.end_tokens, " "))));
}

AnswerScores scores_of(const GeneratedAnswers& answers, std::size_t item,
                       std::span<const std::int32_t> tokens, const Tokenizer& tokenizer) {
  // Logits without a token, of padded vocabularies, have no text.
  std::vector<TokenId> known;
  std::copy_if(tokens.begin(), tokens.end(), std::back_inserter(known),
               [&](TokenId token) { return tokenizer.contains(token); });
  const std::string text = tokenizer.decode(known, /*skip_special_tokens=*/true);
  return score_against(cut_at_period(text), answers.gold_answers.at(item));
}

}  // namespace harsanyi
