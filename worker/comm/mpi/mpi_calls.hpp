#pragma once

// The only file that includes mpi.h. For the sources of this folder.

#include <chrono>
#include <string_view>
#include <thread>

#include <mpi.h>

#include "worker/comm/backoff.hpp"

namespace harsanyi {

/// @throws CommError  with MPI's own words, if `code` is not MPI_SUCCESS
void check_mpi(int code, std::string_view call);

[[nodiscard]] bool is_complete(MPI_Request& request, std::string_view call);

/// Asks `ready` again and again, sleeping in between, until it says yes or `patience` is over.
/// @param wakeful  time in which it only makes way for other threads, and does not sleep yet
template <class Ready>
bool poll(std::chrono::milliseconds patience, Ready ready,
          std::chrono::microseconds wakeful = std::chrono::microseconds{0}) {
  using std::chrono::steady_clock;
  const auto start = steady_clock::now();
  Backoff backoff;
  while (!ready()) {
    const auto passed = steady_clock::now() - start;
    if (passed >= patience) return false;
    if (passed < wakeful) {
      std::this_thread::yield();
      continue;
    }
    const auto left = std::chrono::duration_cast<std::chrono::microseconds>(patience - passed);
    std::this_thread::sleep_for(backoff.next(left));
  }
  return true;
}

}  // namespace harsanyi
