#pragma once

#include <chrono>
#include <compare>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

namespace harsanyi {

struct Rank {
  int value = 0;
  friend constexpr auto operator<=>(const Rank&, const Rank&) = default;
};

using Bytes = std::vector<std::byte>;

struct Envelope {
  Rank from;
  Bytes bytes;
};

/// Messages between the processes (or threads) of one job. Used by one thread per endpoint.
/// No call is collective.
class Communicator {
 public:
  virtual ~Communicator() = default;
  [[nodiscard]] virtual Rank rank() const noexcept = 0;
  [[nodiscard]] virtual int size() const noexcept = 0;

  /// Returns once `bytes` may be reused; never waits for the receiver.
  /// @throws CommError  for a rank outside the world, or 2 GiB and more in one message
  virtual void send(Rank to, Bytes bytes) = 0;

  /// The next message from any rank, in order per sender; nothing if none arrives within `patience`.
  /// Sleeps between looks: a waiting rank leaves its core to the others.
  [[nodiscard]] virtual std::optional<Envelope> receive(std::chrono::milliseconds patience) = 0;

  /// Pushes on until every message sent here has left, at most for `patience`. Before a long computation: a
  /// large message otherwise waits in this process until its next call. True if none is waiting.
  virtual bool flush(std::chrono::milliseconds patience) = 0;
};

/// A world of threads and queues, one endpoint per rank; for tests and for jobs without a launcher.
[[nodiscard]] std::vector<std::unique_ptr<Communicator>> make_in_process_world(int ranks);

}  // namespace harsanyi
