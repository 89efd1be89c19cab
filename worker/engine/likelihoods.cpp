#include "worker/engine/likelihoods.hpp"

#include <algorithm>

#include "worker/engine/edits.hpp"
#include "worker/engine/vocabulary.hpp"

namespace harsanyi {
namespace {

// Rows whose logits over the whole vocabulary are held at once.
constexpr std::size_t kLogitRows = 256;

/// A token, and the row after which it is expected.
struct ExpectedToken {
  std::int64_t row;
  std::int32_t token;
  std::size_t continuation;
};

std::vector<Prompt> sequences_of(const Prompt& prompt) {
  std::vector<Prompt> sequences;
  for (const auto& continuation : prompt.continuations) {
    Prompt sequence{prompt.tokens};
    sequence.tokens.insert(sequence.tokens.end(), continuation.begin(), continuation.end());
    sequences.push_back(std::move(sequence));
  }
  return sequences;
}

std::vector<ExpectedToken> expected_tokens(const Prompt& prompt, const RowLayout& layout) {
  std::vector<ExpectedToken> expected;
  for (std::size_t c = 0; c < prompt.continuations.size(); ++c)
    for (std::size_t t = 0; t < prompt.continuations[c].size(); ++t) {
      const auto before = static_cast<std::int64_t>(prompt.tokens.size() + t) - 1;
      expected.push_back({layout.row_of(static_cast<int>(c), before), prompt.continuations[c][t], c});
    }
  return expected;
}

}  // namespace

std::vector<double> continuation_log_likelihoods(const Decoder& decoder, const Prompt& prompt,
                                                 const Calibration* calibration) {
  const auto sequences = sequences_of(prompt);
  if (sequences.empty()) return {};
  const std::vector<AttentionEdit> edits = edits_of(calibration, decoder);
  const Rows rows = decoder.rows_of(edits_any_head(calibration) ? RowLayout::separate(sequences)
                                                                : RowLayout::sharing_prefix(sequences));
  at::Tensor x = decoder.embed(rows);
  for (std::size_t layer = 0; layer < edits.size(); ++layer)
    x = decoder.layer(static_cast<int>(layer), x, rows, QueryRows::all, edits[layer]);

  std::vector<double> sums(sequences.size());
  const auto expected = expected_tokens(prompt, rows.layout);
  for (std::size_t first = 0; first < expected.size(); first += kLogitRows) {
    const auto part = std::span{expected}.subspan(first, std::min(kLogitRows, expected.size() - first));
    std::vector<std::int64_t> at_rows;
    std::vector<std::int32_t> tokens;
    for (const ExpectedToken& one : part) {
      at_rows.push_back(one.row);
      tokens.push_back(one.token);
    }
    const at::Tensor wanted = on(decoder.device().place, at::tensor(at_rows));
    const VocabularyLogits logits{decoder, decoder.final_norm(x.squeeze(0).index_select(0, wanted))};
    const std::vector<double> of_tokens = logits.of(tokens);
    const std::vector<double> of_all = logits.log_sum_exp();
    for (std::size_t i = 0; i < part.size(); ++i) sums[part[i].continuation] += of_tokens[i] - of_all[i];
  }
  return sums;
}

}  // namespace harsanyi
