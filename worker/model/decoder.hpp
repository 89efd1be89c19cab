#pragma once

#include <memory>
#include <span>
#include <vector>

#include "worker/model/attention.hpp"
#include "worker/model/device.hpp"
#include "worker/model/model_part.hpp"
#include "worker/model/rope.hpp"
#include "worker/model/stage_times.hpp"
#include "worker/model/weights.hpp"

namespace harsanyi {

/// Rows of a batch as the decoder sees them: their layout and rotary angles.
struct Rows {
  RowLayout layout;
  RotaryTable rotary;                        ///< of every row
  at::Tensor last_rows;                      ///< [prompts] int64
  RotaryTable rotary_of_last;                ///< of the last row of each prompt
  std::shared_ptr<const PromptBatch> batch;  ///< where the device computes prompts side by side
};

/// A Llama-like decoder in pieces, so that the engine can start in any layer and batch copies that differ.
/// Where ranks hold the model together, each has its own heads, MLP columns and tokens, and the calls that
/// say so are collective: one sum over the ranks of the attention's and one of the MLP's output per layer.
/// Shapes: C copies, R rows (RowLayout), B prompts, d hidden, V vocabulary, H heads of this part.
class Decoder {
 public:
  /// @param arithmetic  of the products of the layers; those of the logits are float32
  /// @param device      where the weights lie
  /// @param part        what of the model the weights are
  Decoder(ModelConfig config, Weights weights, const Arithmetic& arithmetic, Device device, ModelPart part);

  [[nodiscard]] const ModelConfig& config() const noexcept { return config_; }  ///< of the whole model
  [[nodiscard]] const ModelPart& part() const noexcept { return part_; }
  [[nodiscard]] const Weights& weights() const noexcept { return weights_; }

  [[nodiscard]] const Arithmetic& arithmetic() const noexcept { return arithmetic_; }
  [[nodiscard]] const Device& device() const noexcept { return device_; }
  /// Rows that the device computes together best.
  [[nodiscard]] std::int64_t rows_together() const noexcept;
  /// Measures where the time of all calls goes, the engine's own steps among them.
  [[nodiscard]] StageMeter& meter() const noexcept { return *device_.meter; }

  [[nodiscard]] Rows rows_of(RowLayout layout) const;
  [[nodiscard]] at::Tensor embed(const Rows& rows) const;  ///< [1, R, d]; collective

  /// One whole layer; collective. @param x_CRd  its input  @return [C, R, d], or [C, B, d] for the last rows
  /// alone
  [[nodiscard]] at::Tensor layer(int index, const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted,
                                 const AttentionEdit& edit = {},
                                 std::vector<at::Tensor>* maps = nullptr) const;

  /// First half of a layer up to rotated queries, keys and values.
  [[nodiscard]] Projections project(int index, const at::Tensor& x_CRd, const Rows& rows,
                                    QueryRows wanted) const;
  /// A layer up to its MLP's input: x plus the attention's output; collective. Arguments as of `layer`.
  [[nodiscard]] at::Tensor mlp_input(int index, const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted,
                                     const AttentionEdit& edit = {},
                                     std::vector<at::Tensor>* maps = nullptr) const;
  /// Second half, from the attention's outputs on; collective.
  /// @param x_CRd     input of the layer, the wanted rows alone
  /// @param attended  [C, wanted rows, H*D]
  [[nodiscard]] at::Tensor finish(int index, const at::Tensor& x_CRd, const at::Tensor& attended) const;
  /// Last part of a layer: x + MLP(norm(x)), with the attention's output already added to x; collective.
  [[nodiscard]] at::Tensor mlp(int index, const at::Tensor& x) const;

  [[nodiscard]] at::Tensor final_norm(const at::Tensor& x) const;
  /// Logits [..., V] of this part's tokens. @param normed  [..., d] after the final norm
  [[nodiscard]] at::Tensor own_logits(const at::Tensor& normed) const;
  /// Logits of all tokens; collective.
  [[nodiscard]] at::Tensor logits(const at::Tensor& normed) const;
  /// Logits of some tokens alone, [..., tokens]; 0 for those of other parts.
  [[nodiscard]] at::Tensor own_logits_of(const at::Tensor& normed,
                                         std::span<const std::int32_t> tokens) const;

  /// The rows of `x` that `wanted` names: x itself, or [C, B, d].
  [[nodiscard]] static at::Tensor wanted_rows(const at::Tensor& x_CRd, const Rows& rows, QueryRows wanted);

 private:
  /// x plus the attention's output; arguments as of `finish`.
  [[nodiscard]] at::Tensor with_attention(int index, const at::Tensor& x_CRd,
                                          const at::Tensor& attended) const;
  [[nodiscard]] at::Tensor norm(const at::Tensor& x, const at::Tensor& weight) const;
  [[nodiscard]] ProductInput normed(const at::Tensor& x, const at::Tensor& weight) const;
  void rotate_in_place(const at::Tensor& heads, const RotaryTable& angles) const;
  /// x W^T + b, a product of the compute type.
  [[nodiscard]] at::Tensor product(const ProductInput& x, const Matrix& weight,
                                   const at::Tensor& bias = {}) const;
  /// The same where the ranks of the group have a part of the entries of x and of the columns of W each.
  [[nodiscard]] at::Tensor summed_product(const ProductInput& x, const Matrix& weight,
                                          const at::Tensor& bias = {}) const;

  ModelConfig config_;
  Weights weights_;
  Arithmetic arithmetic_;
  Device device_;
  ModelPart part_;
  at::Tensor frequencies_;
};

}  // namespace harsanyi
