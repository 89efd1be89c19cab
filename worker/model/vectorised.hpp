#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

/// Before a function of plain loops: compiled once more for processors with AVX2 and FMA and for those with
/// AVX-512, and chosen when the program starts. What it calls must be inlined (HARSANYI_INLINED) to be
/// compiled with it. A sum that is `folded` has one order for vectors of every width.
#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__) && !defined(__SANITIZE_THREAD__)
#define HARSANYI_VECTORISED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define HARSANYI_VECTORISED
#endif
#define HARSANYI_INLINED __attribute__((always_inline)) inline

namespace harsanyi {

/// e^x to within 2 units in the last place, 0x1p-126 at least and e^88 at most; NaN stays NaN. A loop of it
/// becomes vector instructions, and every entry has the same bits in every place. Range reduction by ln 2 in
/// two parts and a polynomial of degree 7 (Cephes, expf).
[[nodiscard]] HARSANYI_INLINED float exponential(float x) {
  x = x < -87.3F ? -87.3F : x;
  x = x > 88.0F ? 88.0F : x;
  constexpr float kRound = 12582912.0F;  // 1.5 * 2^23: a float of this size has no fraction
  const float shifted = x * 1.44269504F + kRound;
  const float turns = shifted - kRound;
  const float r = (x - turns * 0.693359375F) + turns * 2.12194440e-4F;
  float p = 1.9875691500e-4F;
  p = p * r + 1.3981999507e-3F;
  p = p * r + 8.3334519073e-3F;
  p = p * r + 4.1665795894e-2F;
  p = p * r + 1.6666665459e-1F;
  p = p * r + 5.0000001201e-1F;
  p = p * (r * r) + r + 1.0F;
  const auto exponent = std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRound) + 127;
  return p * std::bit_cast<float>(static_cast<std::uint32_t>(exponent) << 23U);
}

/// term(0), ..., term(count - 1) joined in kParts interleaved parts, whose order is that of a vector loop of
/// any width; `start` is joined kParts times.
template <std::size_t kParts, class Term, class Join>
[[nodiscard]] HARSANYI_INLINED float folded(std::int64_t count, float start, Term term, Join join) {
  std::array<float, kParts> parts;
  parts.fill(start);
  constexpr auto kStep = static_cast<std::int64_t>(kParts);
  std::int64_t j = 0;
  for (; j + kStep <= count; j += kStep)
    for (std::size_t part = 0; part < kParts; ++part)
      parts[part] = join(parts[part], term(j + static_cast<std::int64_t>(part)));
  for (std::size_t part = 0; j < count; ++j, ++part) parts[part] = join(parts[part], term(j));
  for (std::size_t half = kParts / 2; half > 0; half /= 2)
    for (std::size_t part = 0; part < half; ++part) parts[part] = join(parts[part], parts[part + half]);
  return parts[0];
}

/// x(0) + ... + x(count - 1), folded.
template <std::size_t kParts, class Term>
[[nodiscard]] HARSANYI_INLINED float folded_sum(std::int64_t count, Term term) {
  return folded<kParts>(count, 0.0F, term, [](float a, float b) { return a + b; });
}

}  // namespace harsanyi
