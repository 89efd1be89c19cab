#pragma once

#include <span>

#include "worker/model/aten.hpp"

namespace harsanyi {

/// One row of a dense float32 matrix. @param matrix  [..., width], which must outlive the span
[[nodiscard]] inline std::span<const float> row_of(const at::Tensor& matrix, std::int64_t row) {
  const auto width = static_cast<std::size_t>(matrix.size(-1));
  return {matrix.const_data_ptr<float>() + static_cast<std::size_t>(row) * width, width};
}

}  // namespace harsanyi
