#pragma once

#include "worker/comm/communicator.hpp"
#include "worker/comm/mailbox.hpp"

namespace harsanyi {

/// Lets one rank schedule and compute at the same time. The scheduling thread uses the hub in place of the
/// communicator that it wraps; the world seen through it has one more rank, the local worker, whose endpoint
/// another thread of this process uses. The wrapped communicator stays on the scheduling thread.
class LocalWorkerHub final : public Communicator {
 public:
  /// @param remote  outlives the hub
  explicit LocalWorkerHub(Communicator& remote);

  [[nodiscard]] Rank rank() const noexcept override { return remote_.rank(); }
  [[nodiscard]] int size() const noexcept override { return remote_.size() + 1; }
  void send(Rank to, Bytes bytes) override;
  [[nodiscard]] std::optional<Envelope> receive(std::chrono::milliseconds patience) override;
  bool flush(std::chrono::milliseconds patience) override { return remote_.flush(patience); }

  /// The number of the local worker: the one behind the last rank of the wrapped world.
  [[nodiscard]] Rank local_rank() const noexcept { return {remote_.size()}; }
  /// The local worker's endpoint, for one other thread. It reaches this rank only.
  [[nodiscard]] Communicator& local_endpoint() noexcept { return local_; }

 private:
  class LocalEndpoint final : public Communicator {
   public:
    explicit LocalEndpoint(LocalWorkerHub& hub) : hub_{hub} {}
    [[nodiscard]] Rank rank() const noexcept override { return hub_.local_rank(); }
    [[nodiscard]] int size() const noexcept override { return hub_.size(); }
    void send(Rank to, Bytes bytes) override;
    [[nodiscard]] std::optional<Envelope> receive(std::chrono::milliseconds patience) override;
    bool flush(std::chrono::milliseconds) override { return true; }

   private:
    LocalWorkerHub& hub_;
  };

  Communicator& remote_;
  Mailbox to_scheduler_;
  Mailbox to_worker_;
  LocalEndpoint local_{*this};
};

}  // namespace harsanyi
