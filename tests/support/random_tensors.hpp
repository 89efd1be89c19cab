#pragma once

#include <ATen/CPUGeneratorImpl.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randn.h>

namespace harsanyi {

// The same numbers in every run: ATen's own generator begins with a seed of the moment.

inline at::Generator& seeded() {
  static at::Generator generator = at::make_generator<at::CPUGeneratorImpl>(20261);
  return generator;
}

/// Uniform in [0, 1).
inline at::Tensor random_uniform(at::IntArrayRef sizes, at::ScalarType type = at::kFloat) {
  return at::rand(sizes, seeded(), at::TensorOptions{type});
}

/// Standard normal.
inline at::Tensor random_normal(at::IntArrayRef sizes) {
  return at::randn(sizes, seeded(), at::TensorOptions{at::kFloat});
}

}  // namespace harsanyi
