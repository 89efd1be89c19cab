#pragma once

#include <optional>

#include "worker/model/aten.hpp"

namespace harsanyi {

/// How many positions a row sees at most, its own included; all before it where there is no window.
using AttentionWindow = std::optional<std::int64_t>;

/// Which keys the last `queries` of `keys` positions see: row i sees key j if j <= i and i - j < window
/// (transformers `sliding_window_causal_mask_function`). [queries, keys] booleans.
[[nodiscard]] at::Tensor visible_keys(std::int64_t queries, std::int64_t keys, AttentionWindow window = {},
                                      at::Device place = at::kCPU);

}  // namespace harsanyi
