#include "worker/comm/mailbox.hpp"

#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

void Mailbox::post(Envelope envelope) {
  {
    const std::scoped_lock lock{mutex_};
    envelopes_.push_back(std::move(envelope));
  }
  arrived_.notify_one();
}

std::optional<Envelope> Mailbox::take(std::chrono::microseconds patience) {
  std::unique_lock lock{mutex_};
  const auto deadline = std::chrono::steady_clock::now() + patience;
  if (!arrived_.wait_until(lock, deadline, [this] { return !envelopes_.empty(); })) return std::nullopt;
  Envelope envelope = std::move(envelopes_.front());
  envelopes_.pop_front();
  return envelope;
}

std::optional<std::size_t> Mailbox::next_size() {
  const std::lock_guard lock{mutex_};
  if (envelopes_.empty()) return std::nullopt;
  return envelopes_.front().bytes.size();
}

void require_rank(Rank to, int size) {
  if (to.value < 0 || to.value >= size)
    throw CommError{fmt::format("a message to rank {}, but the world has ranks 0 to {}", to.value, size - 1)};
}

}  // namespace harsanyi
