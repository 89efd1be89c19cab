#include "worker/model/key_value_cache.hpp"

namespace harsanyi {
namespace {

// Rows allocated at once: a step copies the cache anew only every so many tokens.
constexpr std::int64_t kRowsPerGrowth = 64;

void put(at::Tensor& buffer, std::int64_t tokens, const at::Tensor& rows_TKD) {
  const std::int64_t needed = tokens + rows_TKD.size(0);
  if (!buffer.defined() || buffer.size(0) < needed) {
    const at::Tensor grown =
        at::empty({needed + kRowsPerGrowth, rows_TKD.size(1), rows_TKD.size(2)}, rows_TKD.options());
    if (tokens > 0) grown.narrow(0, 0, tokens).copy_(buffer.narrow(0, 0, tokens));
    buffer = grown;
  }
  buffer.narrow(0, tokens, rows_TKD.size(0)).copy_(rows_TKD);
}

}  // namespace

void KeyValueCache::append(const at::Tensor& keys_TKD, const at::Tensor& values_TKD) {
  put(keys_, tokens_, keys_TKD);
  put(values_, tokens_, values_TKD);
  tokens_ += keys_TKD.size(0);
}

}  // namespace harsanyi
