#include "worker/model/visible_keys.hpp"

namespace harsanyi {

at::Tensor visible_keys(std::int64_t queries, std::int64_t keys, AttentionWindow window, at::Device place) {
  const std::int64_t first_query = keys - queries;
  const at::Tensor seen =
      at::ones({queries, keys}, at::TensorOptions(at::kBool).device(place)).tril(first_query);
  return window ? seen.triu(first_query - *window + 1) : seen;
}

}  // namespace harsanyi
