#pragma once

#include <memory>
#include <string>

#include "partition/plan/tensor_shard.hpp"
#include "worker/model/aten.hpp"
#include "worker/parallel/device_sums.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {

/// The part of a model that this process holds, and the way to the ranks that hold the rest. A rank that
/// holds the whole model is the group of size one, on the same path.
class ModelPart {
 public:
  /// The whole model.
  explicit ModelPart(const ModelShape& model) : ModelPart{model, nullptr, nullptr} {}
  /// @param group   the ranks that hold the model together; null for one alone. Outlives this
  /// @param device  sums of tensors on a GPU; null where tensors lie in host memory
  /// @throws PlanError  if the model cannot be divided over the group
  ModelPart(const ModelShape& model, WorkerGroup* group, std::shared_ptr<DeviceSums> device);

  [[nodiscard]] bool whole() const noexcept { return group_ == nullptr; }
  [[nodiscard]] const TensorShard& shard() const noexcept { return shard_; }
  /// Heads, MLP width and vocabulary of this part in place of the model's.
  [[nodiscard]] const ModelShape& shape() const noexcept { return shape_; }
  /// True on one rank of the group: what all have is added there.
  [[nodiscard]] bool leads() const noexcept { return shard_.rank == 0; }

  /// How tensors on GPUs are added: what decides the bits of such a sum. Empty where none is.
  [[nodiscard]] std::string device_sums() const {
    return device_ == nullptr ? std::string{} : device_->description();
  }
  /// Every entry becomes its sum over the ranks of the group. Collective. @param x  float32, contiguous
  void sum(const at::Tensor& x) const;
  /// The tensor in host memory, dense, once what computes it is done on all ranks.
  [[nodiscard]] at::Tensor on_host(const at::Tensor& x) const;
  /// A tensor of which this part has the entries `own` along `dim`, whole. Collective.
  /// @param size  of the whole along `dim`  @throws ModelError  for another type than float32
  [[nodiscard]] at::Tensor joined(const at::Tensor& own, std::int64_t dim, Slice slice,
                                  std::int64_t size) const;
  /// [ranks * mine.size()] what the ranks have, in their order. Collective.
  [[nodiscard]] std::vector<double> gather(const std::vector<double>& mine) const;

 private:
  TensorShard shard_;
  ModelShape shape_;
  WorkerGroup* group_ = nullptr;
  std::shared_ptr<DeviceSums> device_;
};

}  // namespace harsanyi
