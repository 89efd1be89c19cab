#pragma once

#include <memory>
#include <span>

#include "partition/game/coalition.hpp"
#include "worker/model/attention.hpp"
#include "worker/model/matrix.hpp"
#include "worker/model/model_config.hpp"
#include "worker/model/rope.hpp"

namespace harsanyi {

/// One layer's attention output split by player, on the rows that are wanted.
struct PlayerOutputs {
  at::Tensor present;  ///< [n, R, d]
  at::Tensor absent;   ///< [n, R, d]; undefined where absent players give nothing (MaskKind::drop)
  at::Tensor base;     ///< [R, d] what every coalition has: the layer's input and the output bias
};

/// What a device computes between matrix products. All forms give the same numbers but for rounding.
class DeviceSteps {
 public:
  virtual ~DeviceSteps() = default;

  /// x / sqrt(mean(x^2) + epsilon) * weight over the last axis. @param x  [..., width]  @param weight [width]
  [[nodiscard]] virtual at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight,
                                            double epsilon) const = 0;
  /// Rows for products of a layer, in the form that is best there.
  [[nodiscard]] virtual ProductInput input_of(const at::Tensor& x, const Arithmetic& /*of_products*/) const {
    return x;
  }
  /// Norms of rows for products alone.
  [[nodiscard]] virtual ProductInput normed(const at::Tensor& x, const at::Tensor& weight, double epsilon,
                                            const Arithmetic& /*of_products*/) const {
    return rms_norm(x, weight, epsilon);
  }
  /// silu(gate) * up, for products. @param gate  [..., width], contiguous, as `up`; may be overwritten
  [[nodiscard]] virtual ProductInput gated(const at::Tensor& gate, const at::Tensor& up,
                                           const Arithmetic& of_products) const = 0;
  /// Rotates pairs (j, j + D/2) of every head. @param heads  [copies, rows, heads, D] float32, contiguous; in
  /// place
  virtual void rotate(const at::Tensor& heads, const RotaryTable& table) const = 0;
  /// The prompts of a layout as this device's attention takes them; null where it takes them one by one.
  [[nodiscard]] virtual std::shared_ptr<const PromptBatch> batch_of(const RowLayout& /*layout*/,
                                                                    const ModelShape& /*of_part*/) const {
    return nullptr;
  }
  /// [C, R, d] what the layer's MLP receives in each coalition.
  [[nodiscard]] virtual at::Tensor coalition_inputs(const PlayerOutputs& players,
                                                    std::span<const Coalition> coalitions) const = 0;
};

/// By loops over rows, in one pass over memory each (row_functions.hpp): for the CPU.
[[nodiscard]] std::shared_ptr<const DeviceSteps> loop_steps();
/// By libtorch's operators on whole tensors, wherever those lie.
[[nodiscard]] std::shared_ptr<const DeviceSteps> operator_steps(at::Device place);

}  // namespace harsanyi
