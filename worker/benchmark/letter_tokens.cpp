#include "worker/benchmark/letter_tokens.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"
#include "worker/benchmark/choice_row.hpp"

namespace harsanyi {
namespace {

constexpr const char* kRemedy = "score this benchmark by option_likelihood, or leave it out for this model";

void refuse_shared(const std::vector<TokenId>& tokens) {
  for (auto token = tokens.begin(); token != tokens.end(); ++token) {
    const auto first = std::find(tokens.begin(), token, *token);
    if (first == token) continue;
    throw BenchmarkError{fmt::format(
        "the model's tokenizer has the same token {} for the letters ' {}' and ' {}', so they cannot be told "
        "apart; {}",
        *token, option_letter(static_cast<int>(first - tokens.begin())),
        option_letter(static_cast<int>(token - tokens.begin())), kRemedy)};
  }
}

}  // namespace

std::vector<TokenId> letter_tokens_in_context(const Tokenizer& tokenizer, const std::string& prompt,
                                              const std::vector<TokenId>& prompt_tokens, int letters) {
  std::vector<TokenId> tokens;
  for (int option = 0; option < letters; ++option) {
    const std::string letter = option_letter(option);
    const std::vector<TokenId> with_letter =
        tokenizer.encode(prompt + ' ' + letter, /*add_special_tokens=*/true);
    const auto [end, differs] =
        std::mismatch(prompt_tokens.begin(), prompt_tokens.end(), with_letter.begin(), with_letter.end());
    if (end != prompt_tokens.end() || with_letter.end() - differs != 1)
      throw BenchmarkError{fmt::format(
          "the model's tokenizer has no single token for the letter ' {}' behind the prompt (it replaces the "
          "tokens [{}] of the prompt's end by [{}]); {}",
          letter, fmt::join(end, prompt_tokens.end(), " "), fmt::join(differs, with_letter.end(), " "),
          kRemedy)};
    tokens.push_back(with_letter.back());
  }
  refuse_shared(tokens);
  return tokens;
}

std::vector<TokenId> letter_tokens_of_release(const Tokenizer& tokenizer, int letters) {
  std::vector<TokenId> tokens;
  for (int option = 0; option < letters; ++option) {
    const std::string letter = option_letter(option);
    const std::vector<TokenId> alone = tokenizer.encode(' ' + letter, /*add_special_tokens=*/true);
    if (alone.size() < 2)
      throw BenchmarkError{fmt::format(
          "the release's rule takes the second token of the letter ' {}', but the model's tokenizer, which "
          "puts no begin token in front, makes only {} of it; take the letters in_context",
          letter, alone.size())};
    tokens.push_back(alone[1]);
  }
  refuse_shared(tokens);
  return tokens;
}

}  // namespace harsanyi
