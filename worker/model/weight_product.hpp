#pragma once

#include <memory>
#include <utility>

#include "worker/model/aten.hpp"
#include "worker/model/product_kernel.hpp"

namespace harsanyi {

/// The rows that meet one or several matrices, and what a kernel makes of them: once for all.
class ProductInput {
 public:
  /// @param x  [..., in]
  ProductInput(const at::Tensor& x) : rows_{x.to(at::kFloat).contiguous()} {}  // NOLINT(*-explicit-*)
  ProductInput(const ProductInput&) = delete;
  ProductInput& operator=(const ProductInput&) = delete;
  /// Rows that were never written as float32. @param packed  what the kernel of all their products makes of
  /// them, [copies, rows, ...]
  [[nodiscard]] static ProductInput of_packed(at::Tensor packed) { return {{}, std::move(packed)}; }

  /// float32, contiguous; undefined for rows that were packed at once
  [[nodiscard]] const at::Tensor& rows() const noexcept { return rows_; }
  /// Some rows of every copy. @param rows  int64
  [[nodiscard]] ProductInput selected(const at::Tensor& rows) const {
    if (rows_.defined()) return rows_.index_select(1, rows);
    return of_packed(packed_.index_select(1, rows));
  }
  /// What `pack` returned when this was asked for first.
  template <class Pack>
  [[nodiscard]] const at::Tensor& packed(Pack pack) const {
    if (!packed_.defined()) packed_ = pack();
    return packed_;
  }

 private:
  ProductInput(at::Tensor rows, at::Tensor packed) : rows_{std::move(rows)}, packed_{std::move(packed)} {}

  at::Tensor rows_;
  mutable at::Tensor packed_;
};

/// Products with one weight matrix [out, in] in float32, prepared for a kernel. A row's bits are its own:
/// they depend neither on other rows nor on the number of threads (docs/decisions/bits-of-a-product.md).
class WeightProduct {
 public:
  virtual ~WeightProduct() = default;
  /// x W^T. @param x  [..., in] float32  @return  [..., out] float32
  [[nodiscard]] virtual at::Tensor times(const ProductInput& x) const = 0;
  /// Memory of the prepared weights.
  [[nodiscard]] virtual std::int64_t bytes() const noexcept = 0;
};

/// The kernel that is meant on a device: never `automatic`.
/// @throws ConfigError  if `asked` is not there, naming what is
[[nodiscard]] ProductKernel resolved(ProductKernel asked, at::Device place = at::kCPU);

/// @param weight  [out, in] of any type
/// @param kernel  resolved; `library` has nothing to prepare: null
[[nodiscard]] std::unique_ptr<const WeightProduct> prepare(const at::Tensor& weight, ProductKernel kernel);

}  // namespace harsanyi
