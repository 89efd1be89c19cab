#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace harsanyi {

/// Messages between the ranks of one worker group, in order for each pair. For large buffers that are on the
/// way many times a second: it copies nothing, and looks often before it sleeps. Used by one thread per
/// endpoint, which need not be the communicator's.
class GroupLink {
 public:
  virtual ~GroupLink() = default;
  [[nodiscard]] virtual int rank() const noexcept = 0;  ///< within the group
  [[nodiscard]] virtual int size() const noexcept = 0;

  /// Starts to send. `bytes` must stay as they are until `flush` has said yes, or for ever.
  virtual void send(int to, std::span<const std::byte> bytes) = 0;

  /// The next message of `from` into the beginning of `room`, and its size; nothing if none arrives within
  /// `patience`. After a patience that ended in the middle of a message `room` must stay: the next call with
  /// the same room goes on with it.
  /// @throws CommError  for a message that does not fit into `room`; it is dropped
  [[nodiscard]] virtual std::optional<std::size_t> receive(int from, std::span<std::byte> room,
                                                           std::chrono::milliseconds patience) = 0;

  /// The size of the next message of `from`, which stays; nothing if none has arrived.
  [[nodiscard]] virtual std::optional<std::size_t> next_size(int from) = 0;

  /// True once every message sent here has left; false if that takes longer than `patience`.
  virtual bool flush(std::chrono::milliseconds patience) = 0;
};

/// A group of threads, one endpoint per rank; for tests.
[[nodiscard]] std::vector<std::unique_ptr<GroupLink>> make_in_process_group(int ranks);

}  // namespace harsanyi
