#include "worker/engine/answers.hpp"

#include "partition/game/value.hpp"
#include "worker/engine/tensor_rows.hpp"
#include "worker/engine/vocabulary.hpp"

namespace harsanyi {
namespace {

// [C] values of one prompt over its label tokens.
std::vector<double> over_labels(const at::Tensor& logits_Cl, int gold) {
  std::vector<double> values;
  for (std::int64_t copy = 0; copy < logits_Cl.size(0); ++copy)
    values.push_back(log_odds_over_labels(row_of(logits_Cl, copy), gold));
  return values;
}

// [C] values of one prompt over the vocabulary.
std::vector<double> over_vocabulary(const VocabularyLogits& logits, std::int32_t gold_token) {
  const std::vector<std::int32_t> gold(static_cast<std::size_t>(logits.rows()), gold_token);
  const std::vector<double> of_gold = logits.of(gold);
  const std::vector<double> of_others = logits.log_sum_exp_without(gold);
  std::vector<double> values;
  for (std::size_t copy = 0; copy < gold.size(); ++copy)
    values.push_back(log_odds_over_vocabulary(of_gold[copy], of_others[copy]));
  return values;
}

// [prompts] of [..., labels of the prompt] each, in host memory: one sum over the group, and one wait for the
// device.
std::vector<at::Tensor> label_logits(const Decoder& decoder, const at::Tensor& normed_CBd,
                                     std::span<const Prompt> prompts) {
  std::vector<at::Tensor> own;
  std::vector<std::int64_t> widths;
  for (std::size_t b = 0; b < prompts.size(); ++b) {
    own.push_back(
        decoder.own_logits_of(normed_CBd.select(1, static_cast<std::int64_t>(b)), prompts[b].label_tokens));
    widths.push_back(own.back().size(-1));
  }
  const at::Tensor all = at::cat(own, -1);
  decoder.part().sum(all);
  return decoder.part().on_host(all).split_with_sizes(widths, -1);
}

// [B][C] from [C][B] of each prompt.
std::vector<double> by_copy(const std::vector<std::vector<double>>& of_prompts, std::size_t copies) {
  std::vector<double> values;
  for (std::size_t c = 0; c < copies; ++c)
    for (const std::vector<double>& of_prompt : of_prompts) values.push_back(of_prompt[c]);
  return values;
}

}  // namespace

std::vector<double> answer_values(const Decoder& decoder, const at::Tensor& last_CBd,
                                  std::span<const Prompt> prompts, ValueKind kind) {
  const at::Tensor normed = decoder.final_norm(last_CBd);
  std::vector<std::vector<double>> of_prompts;
  if (kind == ValueKind::label_set) {
    const std::vector<at::Tensor> logits = label_logits(decoder, normed, prompts);
    for (std::size_t b = 0; b < prompts.size(); ++b)
      of_prompts.push_back(over_labels(logits[b].contiguous(), prompts[b].gold));
  } else {
    for (std::size_t b = 0; b < prompts.size(); ++b)
      of_prompts.push_back(
          over_vocabulary(VocabularyLogits{decoder, normed.select(1, static_cast<std::int64_t>(b))},
                          prompts[b].label_tokens.at(static_cast<std::size_t>(prompts[b].gold))));
  }
  return by_copy(of_prompts, static_cast<std::size_t>(last_CBd.size(0)));
}

std::vector<Answer> answers_at(const Decoder& decoder, const at::Tensor& last_Bd,
                               std::span<const Prompt> prompts, AnswerScope scope) {
  const at::Tensor normed = decoder.final_norm(last_Bd);
  std::vector<Answer> answers(prompts.size());
  for (std::size_t b = 0; b < prompts.size(); ++b) {
    const at::Tensor at_prompt = normed.narrow(0, static_cast<std::int64_t>(b), 1);
    if (!prompts[b].label_tokens.empty()) {
      const at::Tensor of_labels =
          label_logits(decoder, at_prompt.unsqueeze(1), prompts.subspan(b, 1)).front().contiguous();
      const auto logits = row_of(of_labels, 0);
      answers[b].label_logits.assign(logits.begin(), logits.end());
    }
    if (scope == AnswerScope::label_tokens) continue;
    const VocabularyLogits logits{decoder, at_prompt};
    answers[b].token = logits.most_likely().front();
    answers[b].logsumexp = logits.log_sum_exp().front();
  }
  return answers;
}

}  // namespace harsanyi
