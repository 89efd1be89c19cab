#pragma once

#include <cstdint>
#include <vector>

namespace harsanyi {

/// One question as the model sees it.
struct Prompt {
  std::vector<std::int32_t> tokens;
  std::vector<std::int32_t> label_tokens;  ///< one token per possible answer
  int gold = 0;                            ///< index of the right answer in label_tokens
};

}  // namespace harsanyi
