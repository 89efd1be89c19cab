#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/comm/group_link.hpp"
#include "worker/comm/mailbox.hpp"

namespace harsanyi {
namespace {

/// One mailbox per pair: mailboxes[to * ranks + from].
class InProcessLink final : public GroupLink {
 public:
  InProcessLink(int rank, int ranks, std::shared_ptr<std::vector<Mailbox>> mailboxes)
      : rank_{rank}, ranks_{ranks}, mailboxes_{std::move(mailboxes)} {}

  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return ranks_; }

  void send(int to, std::span<const std::byte> bytes) override {
    mailbox(to, rank_).post({Rank{rank_}, {bytes.begin(), bytes.end()}});
  }

  [[nodiscard]] std::optional<std::size_t> receive(int from, std::span<std::byte> room,
                                                   std::chrono::milliseconds patience) override {
    const auto envelope = mailbox(rank_, from).take(patience);
    if (!envelope) return std::nullopt;
    if (envelope->bytes.size() > room.size())
      throw CommError{fmt::format("rank {} of the worker group sent {} bytes where {} were expected", from,
                                  envelope->bytes.size(), room.size())};
    std::copy(envelope->bytes.begin(), envelope->bytes.end(), room.begin());
    return envelope->bytes.size();
  }

  [[nodiscard]] std::optional<std::size_t> next_size(int from) override {
    return mailbox(rank_, from).next_size();
  }

  bool flush(std::chrono::milliseconds) override { return true; }

 private:
  [[nodiscard]] Mailbox& mailbox(int to, int from) {
    return mailboxes_->at(static_cast<std::size_t>(to * ranks_ + from));
  }

  int rank_;
  int ranks_;
  std::shared_ptr<std::vector<Mailbox>> mailboxes_;
};

}  // namespace

std::vector<std::unique_ptr<GroupLink>> make_in_process_group(int ranks) {
  if (ranks < 1) throw CommError{fmt::format("a worker group of {} ranks; it needs at least one", ranks)};
  auto mailboxes = std::make_shared<std::vector<Mailbox>>(static_cast<std::size_t>(ranks * ranks));
  std::vector<std::unique_ptr<GroupLink>> links;
  links.reserve(static_cast<std::size_t>(ranks));
  for (int rank = 0; rank < ranks; ++rank)
    links.push_back(std::make_unique<InProcessLink>(rank, ranks, mailboxes));
  return links;
}

}  // namespace harsanyi
