#pragma once

#include <functional>

#include "worker/comm/communicator.hpp"

namespace harsanyi {

/// Runs `body` once on every rank of a world and returns when all are through. Two definitions: threads in
/// one process, for worlds of several sizes (in_process_ranks.cpp), and this process as a rank of its MPI job
/// (tests/mpi/mpi_ranks.cpp). So each law is checked once without a launcher and once under it.
void on_every_rank(const std::function<void(Communicator&)>& body);

}  // namespace harsanyi
