#include "worker/comm/local_worker_hub.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/comm/backoff.hpp"

namespace harsanyi {

LocalWorkerHub::LocalWorkerHub(Communicator& remote) : remote_{remote} {}

void LocalWorkerHub::send(Rank to, Bytes bytes) {
  if (to == local_rank())
    to_worker_.post({rank(), std::move(bytes)});
  else
    remote_.send(to, std::move(bytes));
}

std::optional<Envelope> LocalWorkerHub::receive(std::chrono::milliseconds patience) {
  using std::chrono::steady_clock;
  const auto deadline = steady_clock::now() + patience;
  Backoff backoff;
  while (true) {
    if (auto envelope = remote_.receive(std::chrono::milliseconds{0})) return envelope;
    const auto left =
        std::max(std::chrono::duration_cast<std::chrono::microseconds>(deadline - steady_clock::now()),
                 std::chrono::microseconds{0});
    // The pause between two looks at the other ranks ends early when the local worker has something to say.
    if (auto envelope = to_scheduler_.take(backoff.next(left))) return envelope;
    if (left.count() == 0) return std::nullopt;
  }
}

void LocalWorkerHub::LocalEndpoint::send(Rank to, Bytes bytes) {
  if (to != hub_.rank())
    throw CommError{
        fmt::format("the local worker sends to rank {} only, not to rank {}", hub_.rank().value, to.value)};
  hub_.to_scheduler_.post({rank(), std::move(bytes)});
}

std::optional<Envelope> LocalWorkerHub::LocalEndpoint::receive(std::chrono::milliseconds patience) {
  return hub_.to_worker_.take(patience);
}

}  // namespace harsanyi
