#include "worker/model/model_part.hpp"

#include <cstring>

#include "partition/base/error.hpp"
#include "worker/model/device.hpp"

namespace harsanyi {

ModelPart::ModelPart(const ModelShape& model, WorkerGroup* group, std::shared_ptr<DeviceSums> device)
    : shard_{tensor_shard(model, group == nullptr ? 1 : group->size(), group == nullptr ? 0 : group->rank())},
      shape_{shape_of(model, shard_)},
      group_{shard_.whole() ? nullptr : group},
      device_{std::move(device)} {}

void ModelPart::sum(const at::Tensor& x) const {
  if (whole()) return;
  if (x.scalar_type() != at::kFloat || !x.is_contiguous())
    throw ModelError{"sums over a worker group are of dense float32 tensors"};
  if (x.device().is_cpu())
    group_->sum({x.mutable_data_ptr<float>(), static_cast<std::size_t>(x.numel())});
  else
    device_->sum(x.mutable_data_ptr<float>(), x.numel());
}

at::Tensor ModelPart::on_host(const at::Tensor& x) const {
  if (device_ != nullptr) device_->wait();
  return harsanyi::on_host(x);
}

at::Tensor ModelPart::joined(const at::Tensor& own, std::int64_t dim, Slice slice, std::int64_t size) const {
  if (whole()) return own;
  std::vector<std::int64_t> sizes = own.sizes().vec();
  sizes[static_cast<std::size_t>(dim < 0 ? dim + own.dim() : dim)] = size;
  at::Tensor all = at::zeros(sizes, own.options());
  all.narrow(dim, slice.first, slice.size()).copy_(own);
  sum(all);
  return all;
}

std::vector<double> ModelPart::gather(const std::vector<double>& mine) const {
  if (whole()) return mine;
  const std::vector<std::byte> bytes = group_->gather(std::as_bytes(std::span{mine}));
  std::vector<double> all(bytes.size() / sizeof(double));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

}  // namespace harsanyi
