#include <vector>

#include "worker/model/device_steps.hpp"
#include "worker/model/row_functions.hpp"

namespace harsanyi {
namespace {

class LoopSteps final : public DeviceSteps {
 public:
  [[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight,
                                    double epsilon) const override {
    return harsanyi::rms_norm(x, weight, epsilon);
  }

  [[nodiscard]] ProductInput gated(const at::Tensor& gate, const at::Tensor& up,
                                   const Arithmetic& /*of_products*/) const override {
    gate_in_place(gate, up);
    return gate;
  }

  void rotate(const at::Tensor& heads, const RotaryTable& table) const override {
    harsanyi::rotate(heads, table);
  }

  [[nodiscard]] at::Tensor coalition_inputs(const PlayerOutputs& players,
                                            std::span<const Coalition> coalitions) const override {
    const auto copies = static_cast<std::int64_t>(coalitions.size());
    const int n = static_cast<int>(players.present.size(0));
    const at::Tensor inputs = at::empty({copies, players.base.size(0), players.base.size(1)});
    for (std::int64_t c = 0; c < copies; ++c) {
      std::vector<at::Tensor> terms{players.base};
      for (const PlayerId player : Range<PlayerId>{0, n}) {
        const bool present = coalitions[static_cast<std::size_t>(c)].contains(player);
        if (present || players.absent.defined())
          terms.push_back((present ? players.present : players.absent).select(0, player.index()));
      }
      sum_into(inputs.select(0, c), terms);
    }
    return inputs;
  }
};

}  // namespace

std::shared_ptr<const DeviceSteps> loop_steps() {
  return std::make_shared<const LoopSteps>();
}

}  // namespace harsanyi
