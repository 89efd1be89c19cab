#include <memory>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/comm/communicator.hpp"
#include "worker/comm/mailbox.hpp"

namespace harsanyi {
namespace {

class InProcessCommunicator final : public Communicator {
 public:
  InProcessCommunicator(Rank rank, std::shared_ptr<std::vector<Mailbox>> mailboxes)
      : rank_{rank}, mailboxes_{std::move(mailboxes)} {}

  [[nodiscard]] Rank rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return static_cast<int>(mailboxes_->size()); }

  void send(Rank to, Bytes bytes) override {
    require_rank(to, size());
    (*mailboxes_)[static_cast<std::size_t>(to.value)].post({rank_, std::move(bytes)});
  }

  [[nodiscard]] std::optional<Envelope> receive(std::chrono::milliseconds patience) override {
    return (*mailboxes_)[static_cast<std::size_t>(rank_.value)].take(patience);
  }

  bool flush(std::chrono::milliseconds) override { return true; }

 private:
  Rank rank_;
  std::shared_ptr<std::vector<Mailbox>> mailboxes_;
};

}  // namespace

std::vector<std::unique_ptr<Communicator>> make_in_process_world(int ranks) {
  if (ranks < 1) throw CommError{fmt::format("a world of {} ranks; it needs at least one", ranks)};
  auto mailboxes = std::make_shared<std::vector<Mailbox>>(static_cast<std::size_t>(ranks));
  std::vector<std::unique_ptr<Communicator>> endpoints;
  endpoints.reserve(mailboxes->size());
  for (int r = 0; r < ranks; ++r)
    endpoints.push_back(std::make_unique<InProcessCommunicator>(Rank{r}, mailboxes));
  return endpoints;
}

}  // namespace harsanyi
