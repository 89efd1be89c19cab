#include <algorithm>
#include <array>
#include <cstring>
#include <mutex>

#include <fmt/format.h>

#include "partition/plan/tensor_shard.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {
namespace {

using std::chrono::milliseconds;

Slice part_of_rank(std::span<const float> values, int ranks, int rank) {
  return part_of(static_cast<std::int64_t>(values.size()), ranks, rank);
}

std::span<float> part(std::span<float> values, Slice slice) {
  return values.subspan(static_cast<std::size_t>(slice.first), static_cast<std::size_t>(slice.size()));
}

void assign(std::vector<std::byte>& bytes, std::span<const std::byte> from) {
  bytes.assign(from.begin(), from.end());
}

/// own[i] becomes the sum of the ranks' entries i, added in their order.
/// @param terms  [ranks] of each; that of this rank is not read
void add_in_order(std::span<float> own, int rank, const std::vector<const std::byte*>& terms) {
  constexpr std::size_t kBlock = 512;  // entries that stay in the nearest cache
  std::array<float, kBlock> sum;       // NOLINT(*-member-init)
  std::array<float, kBlock> term;      // NOLINT(*-member-init)
  for (std::size_t first = 0; first < own.size(); first += kBlock) {
    const std::size_t size = std::min(kBlock, own.size() - first);
    for (std::size_t r = 0; r < terms.size(); ++r) {
      const void* from = static_cast<int>(r) == rank ? static_cast<const void*>(own.data() + first)
                                                     : terms[r] + first * sizeof(float);
      std::memcpy(r == 0 ? sum.data() : term.data(), from, size * sizeof(float));
      for (std::size_t i = 0; r > 0 && i < size; ++i) sum[i] += term[i];
    }
    std::memcpy(own.data() + first, sum.data(), size * sizeof(float));
  }
}

}  // namespace

LinkedGroup::LinkedGroup(std::unique_ptr<GroupLink> link, milliseconds limit)
    : link_{std::move(link)},
      limit_{limit},
      peers_(static_cast<std::size_t>(link_->size())),
      gave_up_(static_cast<std::size_t>(link_->size())) {}

LinkedGroup::~LinkedGroup() {
  // The link may still read and write what a broken step left on its way.
  if (!broken_) return;
  static std::mutex mutex;
  static std::vector<std::vector<Peer>> kept;
  const std::lock_guard lock{mutex};
  kept.push_back(std::move(peers_));
}

void LinkedGroup::sum(std::span<float> values) {
  if (values.empty()) return;
  const int ranks = size();
  const Slice own = part_of_rank(values, ranks, rank());
  const std::span<float> mine = part(values, own);
  // Every rank gets its part of all others, adds in the order of ranks, and gives the sum back.
  std::vector<std::span<const std::byte>> outgoing(peers_.size());
  std::vector<std::size_t> incoming(peers_.size(), mine.size_bytes());
  for (int r = 0; r < ranks; ++r) {
    if (r == rank()) continue;
    assign(peer(r).out, std::as_bytes(part(values, part_of_rank(values, ranks, r))));
    outgoing[static_cast<std::size_t>(r)] = peer(r).out;
  }
  exchange(outgoing, incoming);
  std::vector<const std::byte*> terms;
  for (const Peer& of : peers_) terms.push_back(of.in.data());
  add_in_order(mine, rank(), terms);

  assign(to_all(), std::as_bytes(mine));
  for (int r = 0; r < ranks; ++r) {
    outgoing[static_cast<std::size_t>(r)] = to_all();
    incoming[static_cast<std::size_t>(r)] = part(values, part_of_rank(values, ranks, r)).size_bytes();
  }
  exchange(outgoing, incoming);
  for (int r = 0; r < ranks; ++r)
    if (r != rank())  // not memcpy: a part may be empty, and then comes from nowhere
      std::copy_n(peer(r).in.data(), incoming[static_cast<std::size_t>(r)],
                  std::as_writable_bytes(part(values, part_of_rank(values, ranks, r))).data());
  ++traffic_.sums;
  traffic_.bytes += 2 * (std::span<const float>{values}.size_bytes() - mine.size_bytes()) +
                    2 * static_cast<std::int64_t>(mine.size_bytes()) * (ranks - 1);
}

std::vector<std::byte> LinkedGroup::gather(std::span<const std::byte> mine) {
  assign(to_all(), mine);
  exchange(std::vector<std::span<const std::byte>>(peers_.size(), to_all()),
           std::vector<std::size_t>(peers_.size(), mine.size()));
  std::vector<std::byte> all;
  for (int r = 0; r < size(); ++r) {
    const std::byte* of_rank = r == rank() ? mine.data() : peer(r).in.data();
    all.insert(all.end(), of_rank, of_rank + mine.size());
  }
  return all;
}

void LinkedGroup::look() {
  require_whole();
  for (int r = 0; r < size(); ++r)
    if (r != rank() && link_->next_size(r) == std::size_t{0}) take(r, 1);  // a sign, on which it throws
}

void LinkedGroup::order(std::span<const std::byte> bytes) {
  require_whole();
  assign(to_all(), bytes);
  for (int r = 1; r < size(); ++r) link_->send(r, to_all());
  flush_in_time();
}

std::optional<std::vector<std::byte>> LinkedGroup::next_order(std::size_t size, milliseconds patience) {
  require_whole();
  std::vector<std::byte>& room = peer(0).in;
  room.resize(size);
  const auto received = link_->receive(0, room, patience);
  if (!received) return std::nullopt;
  if (*received == 0) {
    gave_up_[0] = true;
    synchronise();
    throw InterruptedGroupError{"rank 0 of the worker group gave up"};
  }
  return room;
}

// ---- steps

/// Every rank sends to the others, where there is something to send, and waits for what they send.
void LinkedGroup::exchange(const std::vector<std::span<const std::byte>>& outgoing,
                           const std::vector<std::size_t>& incoming_sizes) {
  require_whole();
  for (int r = 0; r < size(); ++r)
    if (const auto bytes = outgoing[static_cast<std::size_t>(r)]; r != rank() && !bytes.empty())
      link_->send(r, bytes);
  for (int r = 0; r < size(); ++r)
    if (const std::size_t expected = incoming_sizes[static_cast<std::size_t>(r)]; r != rank() && expected > 0)
      take(r, expected);
  flush_in_time();
}

void LinkedGroup::take(int from, std::size_t size) {
  std::vector<std::byte>& room = peer(from).in;
  room.resize(size);
  std::size_t received = 0;
  if (!receive_in_time(from, room, received)) lose(from);
  if (received == size) return;
  if (received != 0)
    throw CommError{fmt::format("rank {} of the worker group sent {} bytes where {} were expected", from,
                                received, size)};
  gave_up_[static_cast<std::size_t>(from)] = true;
  synchronise();
  throw InterruptedGroupError{fmt::format("rank {} of the worker group gave up", from)};
}

bool LinkedGroup::receive_in_time(int from, std::vector<std::byte>& room, std::size_t& size) {
  const auto received = link_->receive(from, room, limit_);
  size = received.value_or(0);
  return received.has_value();
}

void LinkedGroup::flush_in_time() {
  if (!link_->flush(limit_)) lose(-1);
}

void LinkedGroup::interrupt() {
  require_whole();
  synchronise();
}

/// An empty message is the sign of an interruption. Each rank sends one to every other and reads what comes
/// from each up to its sign: whatever was under way is then gone, on all ranks.
void LinkedGroup::synchronise() {
  for (int r = 0; r < size(); ++r)
    if (r != rank()) link_->send(r, {});
  for (int r = 0; r < size(); ++r)
    if (r != rank() && !gave_up_[static_cast<std::size_t>(r)]) drain(r);
  std::fill(gave_up_.begin(), gave_up_.end(), false);
  ++interruptions_;
  flush_in_time();
}

void LinkedGroup::drain(int from) {
  std::vector<std::byte>& room = peer(from).in;
  while (true) {
    std::size_t size = 0;
    try {
      if (!receive_in_time(from, room, size)) lose(from);
    } catch (const BrokenGroupError&) {
      throw;
    } catch (const CommError&) {
      continue;  // larger than the room: dropped
    }
    if (size == 0) return;
  }
}

void LinkedGroup::require_whole() const {
  if (broken_) throw BrokenGroupError{"the worker group has lost a rank"};
}

void LinkedGroup::break_up(const std::string& reason) {
  broken_ = true;
  throw BrokenGroupError{reason};
}

void LinkedGroup::lose(int missing) {
  const std::string who = missing < 0 ? "a rank" : fmt::format("rank {}", missing);
  break_up(fmt::format("{} of the worker group did not answer rank {} within {} s (--silence-limit)", who,
                       rank(), std::chrono::duration<double>(limit_).count()));
}

}  // namespace harsanyi
