#include "worker/model/rope.hpp"

#include <cmath>
#include <numbers>
#include <vector>

#include "worker/model/vectorised.hpp"

namespace harsanyi {
namespace {

// Long wavelengths are slowed by `factor`, short ones kept, those between blended.
float llama3_scaled(float frequency, const Llama3RopeScaling& scaling) {
  const float wavelength = 2.0F * std::numbers::pi_v<float> / frequency;
  const auto old_length = static_cast<float>(scaling.original_max_positions);
  const auto factor = static_cast<float>(scaling.factor);
  const auto low = static_cast<float>(scaling.low_freq_factor);
  const auto high = static_cast<float>(scaling.high_freq_factor);
  if (wavelength > old_length / low) return frequency / factor;
  if (wavelength < old_length / high) return frequency;
  const float smooth = (old_length / wavelength - low) / (high - low);
  return (1.0F - smooth) * (frequency / factor) + smooth * frequency;
}

constexpr std::int64_t kRowsPerTask = 32;

HARSANYI_VECTORISED void rotate_row(float* heads, const float* cosine, const float* sine, std::int64_t count,
                                    std::int64_t half) {
  for (std::int64_t head = 0; head < count; ++head, heads += 2 * half)
    for (std::int64_t j = 0; j < half; ++j) {
      const float first = heads[j];
      const float second = heads[half + j];
      heads[j] = first * cosine[j] - second * sine[j];
      heads[half + j] = second * cosine[j] + first * sine[j];
    }
}

}  // namespace

at::Tensor rotary_frequencies(const ModelConfig& config) {
  const int half = config.shape.head_size / 2;
  std::vector<float> frequencies(static_cast<std::size_t>(half));
  for (int j = 0; j < half; ++j) {
    // Exponent and power in float32, as transformers computes them.
    const float exponent = static_cast<float>(2 * j) / static_cast<float>(config.shape.head_size);
    float frequency = 1.0F / std::pow(static_cast<float>(config.rope_theta), exponent);
    if (config.rope_scaling) frequency = llama3_scaled(frequency, *config.rope_scaling);
    frequencies[static_cast<std::size_t>(j)] = frequency;
  }
  return at::tensor(frequencies);
}

RotaryTable rotary_table(const at::Tensor& frequencies, std::span<const std::int64_t> positions) {
  const auto half = frequencies.size(0);
  const auto rows = static_cast<std::int64_t>(positions.size());
  const at::Tensor cosines = at::empty({rows, half});
  const at::Tensor sines = at::empty({rows, half});
  const auto* frequency = frequencies.const_data_ptr<float>();
  auto* cosine = cosines.mutable_data_ptr<float>();
  auto* sine = sines.mutable_data_ptr<float>();
  // Entry by entry: ATen's loops take other functions at their ends, so that the bits would depend on the
  // rows.
  for (const std::int64_t position : positions)
    for (std::int64_t j = 0; j < half; ++j) {
      const float angle = static_cast<float>(position) * frequency[j];
      *cosine++ = std::cos(angle);
      *sine++ = std::sin(angle);
    }
  return {cosines, sines};
}

void rotate(const at::Tensor& heads, const RotaryTable& table) {
  const auto rows = heads.size(1);
  const auto count = heads.size(2);
  const auto half = heads.size(3) / 2;
  auto* entries = heads.mutable_data_ptr<float>();
  const auto* cosines = table.cos_RF.const_data_ptr<float>();
  const auto* sines = table.sin_RF.const_data_ptr<float>();
  at::parallel_for(0, heads.size(0) * rows, kRowsPerTask, [=](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row)
      rotate_row(entries + row * count * 2 * half, cosines + row % rows * half, sines + row % rows * half,
                 count, half);
  });
}

}  // namespace harsanyi
