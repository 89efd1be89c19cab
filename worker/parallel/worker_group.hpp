#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "partition/base/error.hpp"
#include "worker/comm/group_link.hpp"

namespace harsanyi {

/// Another rank of the group gave up what all were doing. The group is ready for something else.
class InterruptedGroupError : public CommError {
 public:
  using CommError::CommError;
};

/// A rank of the group did not come in time: the group computes no more.
class BrokenGroupError : public CommError {
 public:
  using CommError::CommError;
};

/// The ranks that hold one copy of a model, as the code between two of its layers sees them. Calls are
/// collective: every rank of the group makes the same ones in the same order, with buffers of the same size.
class WorkerGroup {
 public:
  virtual ~WorkerGroup() = default;
  [[nodiscard]] virtual int rank() const noexcept = 0;
  [[nodiscard]] virtual int size() const noexcept = 0;

  /// Every entry becomes its sum over the ranks, added in their order: the same bits on all ranks, in every
  /// run. @throws InterruptedGroupError, BrokenGroupError
  virtual void sum(std::span<float> values) = 0;

  /// [size() * mine.size()] what every rank has, in their order. @throws as `sum`
  [[nodiscard]] virtual std::vector<std::byte> gather(std::span<const std::byte> mine) = 0;

  /// Without waiting: nothing, unless another rank has given up what all are doing.
  /// @throws InterruptedGroupError, BrokenGroupError
  virtual void look() = 0;
  /// Interruptions so far: between two calls that all ranks take, the same number on all.
  [[nodiscard]] virtual int interruptions() const noexcept = 0;
  /// Of this rank alone: the group computes no more. @throws BrokenGroupError  always, with this reason
  [[noreturn]] virtual void break_up(const std::string& reason) = 0;
  /// How long the ranks wait for each other in one step.
  [[nodiscard]] virtual std::chrono::milliseconds limit() const noexcept = 0;

  /// Sums so far, and the bytes that this rank sent and received in them.
  struct Traffic {
    std::int64_t sums = 0;
    std::int64_t bytes = 0;
  };
  [[nodiscard]] virtual Traffic traffic() const noexcept = 0;
};

/// [ranks] what every rank has. Collective; throws as WorkerGroup::gather.
template <class T>
[[nodiscard]] std::vector<T> gather_one(WorkerGroup& group, const T& mine) {
  static_assert(std::is_trivially_copyable_v<T>);
  const std::vector<std::byte> bytes = group.gather(std::as_bytes(std::span{&mine, 1}));
  std::vector<T> all(bytes.size() / sizeof(T));
  std::memcpy(all.data(), bytes.data(), bytes.size());
  return all;
}

/// A group on a link: sums of host memory by reduce-scatter and all-gather.
class LinkedGroup final : public WorkerGroup {
 public:
  /// @param limit  how long the ranks wait for each other in one step
  LinkedGroup(std::unique_ptr<GroupLink> link, std::chrono::milliseconds limit);
  ~LinkedGroup() override;

  [[nodiscard]] int rank() const noexcept override { return link_->rank(); }
  [[nodiscard]] int size() const noexcept override { return link_->size(); }
  void sum(std::span<float> values) override;
  [[nodiscard]] std::vector<std::byte> gather(std::span<const std::byte> mine) override;
  void look() override;
  [[nodiscard]] int interruptions() const noexcept override { return interruptions_; }
  [[noreturn]] void break_up(const std::string& reason) override;
  [[nodiscard]] std::chrono::milliseconds limit() const noexcept override { return limit_; }
  [[nodiscard]] Traffic traffic() const noexcept override { return traffic_; }

  /// Of rank 0: tells the other ranks what to do next.
  void order(std::span<const std::byte> bytes);
  /// Of another rank: the next order of rank 0; nothing if none comes within `patience`.
  /// @param size  of the order  @throws InterruptedGroupError, BrokenGroupError
  [[nodiscard]] std::optional<std::vector<std::byte>> next_order(std::size_t size,
                                                                 std::chrono::milliseconds patience);

  /// After an exception between two calls of this rank alone: makes the others throw InterruptedGroupError
  /// where they are, and returns once all have. Nothing after an InterruptedGroupError, which comes from such
  /// a call of another rank. @throws BrokenGroupError  if one does not get there in time
  void interrupt();

  [[nodiscard]] bool broken() const noexcept { return broken_; }

 private:
  /// Buffers of the way, as long-lived as the link, which may still read them when a step has failed. `out`
  /// of this rank itself is what all others get.
  struct Peer {
    std::vector<std::byte> out;
    std::vector<std::byte> in;
  };

  void exchange(const std::vector<std::span<const std::byte>>& outgoing,
                const std::vector<std::size_t>& incoming_sizes);
  void require_whole() const;
  void take(int from, std::size_t size);
  [[nodiscard]] bool receive_in_time(int from, std::vector<std::byte>& room, std::size_t& size);
  void flush_in_time();
  void synchronise();
  void drain(int from);
  [[noreturn]] void lose(int missing);
  [[nodiscard]] std::vector<std::byte>& to_all() { return peer(rank()).out; }
  [[nodiscard]] Peer& peer(int rank) { return peers_[static_cast<std::size_t>(rank)]; }

  std::unique_ptr<GroupLink> link_;
  std::chrono::milliseconds limit_;
  std::vector<Peer> peers_;
  std::vector<bool> gave_up_;  ///< [ranks] whose sign of an interruption was read
  bool broken_ = false;
  int interruptions_ = 0;
  Traffic traffic_;
};

}  // namespace harsanyi
