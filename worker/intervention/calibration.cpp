#include "worker/intervention/calibration.hpp"

namespace harsanyi {
namespace {

// What each entry gains per unit of freed mass; rows sum to 1 or 0.
at::Tensor shares(const at::Tensor& others, const at::Tensor& focused, Redistribution rule,
                  AttentionWindow window) {
  // The divisor is the sum of the other entries, never 1 minus the focused ones: that loses three digits in
  // float32.
  if (rule == Redistribution::proportional) return others / others.sum(-1, true);
  const at::Tensor visible = visible_keys(others.size(-2), others.size(-1), window, others.device());
  const at::Tensor receivers = focused.logical_not().logical_and(visible).to(others.scalar_type());
  return receivers / receivers.sum(-1, true);
}

}  // namespace

at::Tensor rows_that_see(std::int64_t tokens, AttentionWindow window, at::TensorOptions type) {
  const at::Tensor rows_from = at::arange(tokens, 0, -1, type);
  return window ? rows_from.clamp_max(*window) : rows_from;
}

at::Tensor column_average(const at::Tensor& maps, AttentionWindow window) {
  return maps.sum(-2) / rows_that_see(maps.size(-1), window, maps.options());
}

at::Tensor focused_tokens(const at::Tensor& averages, double alpha) {
  at::Tensor focused = averages.gt(alpha);
  focused.narrow(-1, 0, 1).fill_(false);
  return focused;
}

at::Tensor redistribute(const at::Tensor& maps, const at::Tensor& focused, const HeadCalibration& calibration,
                        AttentionWindow window) {
  const at::Tensor edited = maps.index_select(1, calibration.edited_heads);
  const at::Tensor focused_CE1N = focused.unsqueeze(-2);
  const at::Tensor shrunk = edited * calibration.beta;
  const at::Tensor kept = at::where(focused_CE1N, shrunk, edited);
  const at::Tensor freed = (edited - kept).sum(-1, true);
  const at::Tensor others = at::where(focused_CE1N, at::zeros({}, edited.options()), edited);
  const at::Tensor calibrated =
      kept + freed * shares(others, focused_CE1N, calibration.redistribution, window);
  const at::Tensor has_receivers = others.sum(-1, true).gt(0);
  return maps.index_copy(1, calibration.edited_heads, at::where(has_receivers, calibrated, edited));
}

at::Tensor calibrate_heads(const at::Tensor& maps, const HeadCalibration& calibration,
                           AttentionWindow window) {
  const at::Tensor averages = column_average(maps.index_select(1, calibration.edited_heads), window);
  return redistribute(maps, focused_tokens(averages, calibration.alpha), calibration, window);
}

}  // namespace harsanyi
