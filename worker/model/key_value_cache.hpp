#pragma once

#include "worker/model/aten.hpp"

namespace harsanyi {

/// Keys and values of one sequence in one layer, in rows of its tokens; K key/value heads, D head size.
class KeyValueCache {
 public:
  /// @param keys_TKD, values_TKD  of the next T tokens, keys rotated
  void append(const at::Tensor& keys_TKD, const at::Tensor& values_TKD);

  [[nodiscard]] std::int64_t tokens() const noexcept { return tokens_; }
  [[nodiscard]] at::Tensor keys_1NKD() const { return rows_of(keys_); }
  [[nodiscard]] at::Tensor values_1NKD() const { return rows_of(values_); }

 private:
  [[nodiscard]] at::Tensor rows_of(const at::Tensor& buffer) const {
    return buffer.narrow(0, 0, tokens_).unsqueeze(0);
  }

  std::int64_t tokens_ = 0;
  at::Tensor keys_, values_;  ///< [room, K, D], room >= tokens_
};

}  // namespace harsanyi
