#include <vector>

#include "worker/model/device.hpp"
#include "worker/model/device_steps.hpp"
#include "worker/model/prompt_batch.hpp"

namespace harsanyi {
namespace {

class OperatorSteps final : public DeviceSteps {
 public:
  explicit OperatorSteps(at::Device place) : place_{place} {}

  [[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight,
                                    double epsilon) const override {
    return x * (x.square().mean(-1, /*keepdim=*/true) + epsilon).rsqrt() * weight;
  }

  [[nodiscard]] ProductInput gated(const at::Tensor& gate, const at::Tensor& up,
                                   const Arithmetic& /*of_products*/) const override {
    return at::silu(gate) * up;
  }

  void rotate(const at::Tensor& heads, const RotaryTable& table) const override {
    const auto half = heads.size(-1) / 2;
    const at::Tensor first = heads.narrow(-1, 0, half);
    const at::Tensor second = heads.narrow(-1, half, half);
    const at::Tensor cosines = table.cos_RF.unsqueeze(1);
    const at::Tensor sines = table.sin_RF.unsqueeze(1);
    heads.copy_(at::cat({first * cosines - second * sines, second * cosines + first * sines}, -1));
  }

  [[nodiscard]] std::shared_ptr<const PromptBatch> batch_of(const RowLayout& layout,
                                                            const ModelShape& /*of_part*/) const override {
    return side_by_side(layout, place_);
  }

  /// Two products with a matrix of zeros and ones.
  [[nodiscard]] at::Tensor coalition_inputs(const PlayerOutputs& players,
                                            std::span<const Coalition> coalitions) const override {
    const auto copies = static_cast<std::int64_t>(coalitions.size());
    const int n = static_cast<int>(players.present.size(0));
    std::vector<float> entries;
    for (const Coalition coalition : coalitions)
      for (const PlayerId player : Range<PlayerId>{0, n})
        entries.push_back(coalition.contains(player) ? 1.0F : 0.0F);
    const at::Tensor present_Cn = on(place_, at::tensor(entries).view({copies, n}));
    at::Tensor sums = at::matmul(present_Cn, players.present.flatten(1));
    if (players.absent.defined()) sums = sums + at::matmul(1 - present_Cn, players.absent.flatten(1));
    return sums.view({copies, players.base.size(0), players.base.size(1)}) + players.base;
  }

 private:
  at::Device place_;
};

}  // namespace

std::shared_ptr<const DeviceSteps> operator_steps(at::Device place) {
  return std::make_shared<const OperatorSteps>(place);
}

}  // namespace harsanyi
