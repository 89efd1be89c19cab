#pragma once

#include <memory>

#include "worker/engine/engine.hpp"

namespace harsanyi {

/// The same engine, whose calls throw std::bad_alloc where memory did not suffice: instead of libtorch's own
/// error, and also where the BLAS got no buffer and went on without. Its products then have other bits
/// (docs/decisions/bits-of-a-product.md). Such a miss is seen on the calling thread alone,
/// and where memory is limited (ulimit -v or -d, vm.overcommit_memory 2).
[[nodiscard]] std::unique_ptr<Engine> guard_memory(std::unique_ptr<Engine> engine);

}  // namespace harsanyi
