#pragma once

#include <memory>

#include "worker/comm/group_link.hpp"
#include "worker/comm/mpi/mpi_calls.hpp"

namespace harsanyi {

/// Collective over `world`. Ranks that name the same `group` are one, in the order of their numbers.
/// @throws CommError
[[nodiscard]] std::unique_ptr<GroupLink> make_mpi_group_link(MPI_Comm world, int group);

}  // namespace harsanyi
