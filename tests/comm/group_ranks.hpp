#pragma once

#include <functional>
#include <memory>

#include "worker/comm/group_link.hpp"

namespace harsanyi {

/// Runs `body` once on every rank of a worker group, as `on_every_rank` does (tests/comm/ranks.hpp).
void on_every_group_rank(const std::function<void(std::unique_ptr<GroupLink>)>& body);

/// Whether these ranks are processes, and each test runs for one group size: else threads, for several.
[[nodiscard]] bool ranks_are_processes();

}  // namespace harsanyi
