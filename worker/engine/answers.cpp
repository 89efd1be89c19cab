#include "worker/engine/answers.hpp"

#include "partition/game/value.hpp"
#include "worker/engine/generate.hpp"
#include "worker/engine/log_sum_exp.hpp"
#include "worker/engine/tensor_rows.hpp"

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
std::vector<double> over_vocabulary(const at::Tensor& logits_CV, std::int32_t gold_token) {
  const auto gold = static_cast<std::size_t>(gold_token);
  std::vector<double> values;
  for (std::int64_t copy = 0; copy < logits_CV.size(0); ++copy) {
    const auto logits = row_of(logits_CV, copy);
    values.push_back(log_odds_over_vocabulary(logits[gold], log_sum_exp_without(logits, gold)));
  }
  return values;
}

}  // namespace

std::vector<double> answer_values(const Decoder& decoder, const at::Tensor& last_CBd,
                                  std::span<const Prompt> prompts, ValueKind kind) {
  const at::Tensor normed = decoder.final_norm(last_CBd);
  const auto copies = static_cast<std::size_t>(last_CBd.size(0));
  // All labels' logits before the first is looked at: the host waits for the device once.
  std::vector<at::Tensor> of_labels;
  if (kind == ValueKind::label_set)
    for (std::size_t b = 0; b < prompts.size(); ++b)
      of_labels.push_back(
          decoder.logits_of(normed.select(1, static_cast<std::int64_t>(b)), prompts[b].label_tokens));
  std::vector<double> values(copies * prompts.size());
  for (std::size_t b = 0; b < prompts.size(); ++b) {
    const Prompt& prompt = prompts[b];
    const std::int32_t gold_token = prompt.label_tokens.at(static_cast<std::size_t>(prompt.gold));
    const std::vector<double> of_prompt =
        kind == ValueKind::label_set
            ? over_labels(on_host(of_labels[b]), prompt.gold)
            : over_vocabulary(on_host(decoder.logits(normed.select(1, static_cast<std::int64_t>(b)))),
                              gold_token);
    for (std::size_t c = 0; c < copies; ++c) values[c * prompts.size() + b] = of_prompt[c];
  }
  return values;
}

std::vector<Answer> answers_at(const Decoder& decoder, const at::Tensor& last_Bd,
                               std::span<const Prompt> prompts, AnswerScope scope) {
  const at::Tensor normed = decoder.final_norm(last_Bd);
  std::vector<Answer> answers(prompts.size());
  for (std::size_t b = 0; b < prompts.size(); ++b) {
    const at::Tensor at_prompt = normed.narrow(0, static_cast<std::int64_t>(b), 1);
    if (!prompts[b].label_tokens.empty()) {
      const at::Tensor of_labels = on_host(decoder.logits_of(at_prompt, prompts[b].label_tokens));
      const auto logits = row_of(of_labels, 0);
      answers[b].label_logits.assign(logits.begin(), logits.end());
    }
    if (scope == AnswerScope::label_tokens) continue;
    const at::Tensor of_all = on_host(decoder.logits(at_prompt));
    const auto logits = row_of(of_all, 0);
    answers[b].token = most_likely(logits);
    answers[b].logsumexp = log_sum_exp(logits);
  }
  return answers;
}

}  // namespace harsanyi
