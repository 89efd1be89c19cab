#include "worker/intervention/decode_calibration.hpp"

#include "partition/base/error.hpp"

namespace harsanyi {

void ColumnSums::add(const at::Tensor& rows) {
  const at::Tensor more = rows.sum(-2);
  if (!sums_CEN_.defined()) {
    sums_CEN_ = more;
    return;
  }
  // Earlier rows do not see the tokens that came after them: those columns begin at 0.
  const auto known = sums_CEN_.size(-1);
  more.narrow(-1, 0, known).add_(sums_CEN_);
  sums_CEN_ = more;
}

at::Tensor ColumnSums::average(AttentionWindow window) const {
  return sums_CEN_ / rows_that_see(sums_CEN_.size(-1), window, sums_CEN_.options());
}

DecodingCalibrator::DecodingCalibrator(HeadCalibration calibration, DecodeCalibration mode,
                                       AttentionWindow window)
    : calibration_{std::move(calibration)}, mode_{mode}, window_{window} {
  if (mode == DecodeCalibration::row_only && calibration_.redistribution != Redistribution::proportional)
    throw ModelError{
        "calibration while decoding 'row_only' is the released code's, which redistributes in proportion "
        "alone; choose 'running' for uniform redistribution"};
}

at::Tensor DecodingCalibrator::operator()(const at::Tensor& maps) {
  const bool of_prompt = maps.size(-2) == maps.size(-1);
  if (mode_ == DecodeCalibration::running) {
    sums_.add(maps.index_select(1, calibration_.edited_heads));
    return redistribute(maps, focused_tokens(sums_.average(window_), calibration_.alpha), calibration_,
                        window_);
  }
  if (of_prompt) return calibrate_heads(maps, calibration_, window_);
  return mode_ == DecodeCalibration::row_only ? calibrate_row_as_released(maps, calibration_) : maps;
}

at::Tensor calibrate_row_as_released(const at::Tensor& maps, const HeadCalibration& calibration) {
  const at::Tensor edited = maps.index_select(1, calibration.edited_heads);
  const at::Tensor focused = focused_tokens(edited, calibration.alpha);
  const at::Tensor mass = at::where(focused, edited, at::zeros({}, edited.options())).sum(-1, true);
  const at::Tensor kept = at::where(focused, edited * calibration.beta, edited);
  at::Tensor calibrated = kept + mass * (1.0 - calibration.beta) * edited;
  calibrated.narrow(-1, 0, 1).fill_(1.0);
  return maps.index_copy(1, calibration.edited_heads, calibrated);
}

}  // namespace harsanyi
