#include "worker/engine/generate.hpp"

#include <algorithm>

#include "worker/engine/decoding.hpp"
#include "worker/engine/edits.hpp"

namespace harsanyi {

std::vector<std::vector<std::int32_t>> generate_greedily(const Decoder& decoder,
                                                         std::span<const Prompt> prompts,
                                                         const Intervention& intervention,
                                                         const GenerationRules& rules) {
  std::vector<std::vector<std::int32_t>> texts(prompts.size());
  if (prompts.empty()) return texts;
  const auto mode =
      intervention.calibration ? intervention.calibration->decoding : DecodeCalibration::running;
  Decoding decoding{decoder, prompts, edits_of(intervention, decoder), mode};
  std::vector<std::size_t> open(prompts.size());  // which text each sequence writes
  for (std::size_t i = 0; i < open.size(); ++i) open[i] = i;
  for (int length = 1;; ++length) {
    std::vector<std::size_t> kept, still_open;
    std::vector<std::int32_t> next;
    const std::vector<std::int32_t> most_likely = decoding.logits().most_likely();
    for (std::size_t s = 0; s < open.size(); ++s) {
      const std::int32_t token = most_likely[s];
      texts[open[s]].push_back(token);
      if (std::find(rules.end_tokens.begin(), rules.end_tokens.end(), token) != rules.end_tokens.end())
        continue;
      kept.push_back(s);
      still_open.push_back(open[s]);
      next.push_back(token);
    }
    if (kept.empty() || length == rules.max_new_tokens) return texts;
    decoding.keep(kept);
    decoding.step(next);
    open = std::move(still_open);
  }
}

}  // namespace harsanyi
