#pragma once

#include <string>

#include "orchestrator/job/layouts.hpp"

namespace harsanyi {

/// The ways to place a sweep on devices, for a reader: memory of a rank, exchange and time for every size of
/// a worker group, what they were reckoned with, and the one to take, with its options.
[[nodiscard]] std::string layout_text(const LayoutPlan& plan);

}  // namespace harsanyi
