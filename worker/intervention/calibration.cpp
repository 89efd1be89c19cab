#include "worker/intervention/calibration.hpp"

namespace harsanyi {
namespace {

// Focused tokens [..., 1, N] as booleans (Eq. 10); token 0 never is.
at::Tensor focused_tokens(const at::Tensor& maps, double alpha) {
  at::Tensor focused = column_average(maps).gt(alpha);
  focused.narrow(-1, 0, 1).fill_(false);
  return focused.unsqueeze(-2);
}

// What each entry gains per unit of freed mass; [..., N, N], rows sum to 1 or 0.
at::Tensor shares(const at::Tensor& others, const at::Tensor& focused, Redistribution rule) {
  // The divisor is the sum of the other entries, never 1 minus the focused ones: that loses three digits in
  // float32.
  if (rule == Redistribution::proportional) return others / others.sum(-1, true);
  const at::Tensor receivers = focused.logical_not().to(others.scalar_type()).expand_as(others).tril();
  return receivers / receivers.sum(-1, true);
}

}  // namespace

at::Tensor column_average(const at::Tensor& maps) {
  const auto rows = maps.size(-1);
  const at::Tensor visible_from = at::arange(rows, 0, -1, maps.options());
  return maps.sum(-2) / visible_from;
}

at::Tensor calibrate_heads(const at::Tensor& maps, const HeadCalibration& calibration) {
  const at::Tensor edited = maps.index_select(1, calibration.edited_heads);
  const at::Tensor focused = focused_tokens(edited, calibration.alpha);
  const at::Tensor shrunk = edited * calibration.beta;
  const at::Tensor kept = at::where(focused, shrunk, edited);
  const at::Tensor freed = (edited - kept).sum(-1, true);
  const at::Tensor others = at::where(focused, at::zeros({}, edited.options()), edited);
  const at::Tensor calibrated = kept + freed * shares(others, focused, calibration.redistribution);
  const at::Tensor has_receivers = others.sum(-1, true).gt(0);
  return maps.index_copy(1, calibration.edited_heads, at::where(has_receivers, calibrated, edited));
}

}  // namespace harsanyi
