#include "orchestrator/run/group_work.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <new>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/run/silence.hpp"
#include "partition/base/error.hpp"
#include "partition/base/fixed_text.hpp"
#include "partition/base/sha256.hpp"

namespace harsanyi {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kPatience{100};

struct OrderBytes {
  std::int32_t order;
  std::int32_t unit;
};

/// What a rank says of a unit that was given up.
struct Reason {
  bool failed_here = false;
  bool out_of_memory = false;
  FixedText<510> text{};

  [[nodiscard]] static Reason of(const std::exception_ptr& error) {
    Reason reason;
    if (!error) return reason;
    reason.failed_here = true;
    try {
      std::rethrow_exception(error);
    } catch (const std::bad_alloc& e) {
      reason.out_of_memory = true;
      reason.text = FixedText<510>{e.what()};
    } catch (const std::exception& e) {
      reason.text = FixedText<510>{e.what()};
    } catch (...) {
      reason.text = FixedText<510>{"an exception that is no std::exception"};
    }
    return reason;
  }
};

/// Memory that did not suffice on another rank.
class OutOfMemoryElsewhere final : public std::bad_alloc {
 public:
  explicit OutOfMemoryElsewhere(std::string text) : text_{std::move(text)} {}
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

template <class T>
bool all_equal(const std::vector<T>& all) {
  return std::adjacent_find(all.begin(), all.end(), std::not_equal_to<>{}) == all.end();
}

}  // namespace

void GroupWork::require_same_digest() {
  if (group_.ranks->broken()) return;
  if (!all_equal(gather_one(*group_.ranks, Sha256{}.update(tools_.digest).first_64_bits())))
    throw CommError{
        "the ranks of a worker group would compute different experiments; start all ranks with the same "
        "options, files and build"};
}

WorkerTools GroupWork::leading() {
  WorkerTools tools = tools_;
  tools.compute = [this](UnitId unit) {
    tell(Order::compute, unit);
    return compute_together(unit);
  };
  if (tools_.save_memory)
    tools.save_memory = [this] {
      tell(Order::save_memory, {});
      return save_memory_together();
    };
  tools.broken = [this] { return group_.ranks->broken(); };
  return tools;
}

void GroupWork::tell(Order order, UnitId unit) {
  const OrderBytes bytes{static_cast<std::int32_t>(order), unit.value};
  group_.ranks->order(std::as_bytes(std::span{&bytes, 1}));
}

RunEnd GroupWork::follow(Communicator& comm, const Attendance& attendance) {
  Silence silence{attendance.silence_limit};
  while (true) {
    while (const auto envelope = comm.receive(group_.ranks->broken() ? kPatience : milliseconds{0})) {
      silence.broken();
      Letter letter = decode(envelope->bytes);
      if (auto* end = std::get_if<RunEnd>(&letter.message)) return std::move(*end);
      if (!std::holds_alternative<Word>(letter.message))
        throw CommError{fmt::format("rank {} sent a message for a group's first rank to another of its ranks",
                                    envelope->from.value)};
    }
    silence.require_within_limit();
    if (group_.ranks->broken()) continue;
    try {
      if (const auto order = group_.ranks->next_order(sizeof(OrderBytes), kPatience)) {
        obey(*order);
        silence.broken();
      }
    } catch (const BrokenGroupError&) {
      continue;  // the leader tells rank 0 of the job, or is lost
    }
  }
}

void GroupWork::obey(const std::vector<std::byte>& order) {
  OrderBytes bytes{};
  std::memcpy(&bytes, order.data(), sizeof bytes);
  if (static_cast<Order>(bytes.order) == Order::save_memory) {
    static_cast<void>(tools_.save_memory && save_memory_together());
    return;
  }
  try {
    static_cast<void>(compute_together(UnitId{bytes.unit}));
  } catch (const BrokenGroupError&) {
    throw;
  } catch (const std::exception&) {
    return;  // the leader has the reason and says it
  }
}

std::vector<double> GroupWork::compute_together(UnitId unit) {
  std::exception_ptr own;
  try {
    std::vector<double> values = tools_.compute(unit);
    require_same_values(values, unit);
    return values;
  } catch (const BrokenGroupError&) {
    throw;
  } catch (const InterruptedGroupError&) {
    // Another rank has the reason.
  } catch (...) {
    own = std::current_exception();
    group_.ranks->interrupt();
  }
  clear_up(own);
  return {};
}

void GroupWork::require_same_values(const std::vector<double>& values, UnitId unit) {
  // A sum of its own over all ranks: none goes on to another unit while one may still give this one up.
  const auto all = gather_one(*group_.ranks, block_checksum(values));
  if (!all_equal(all))
    throw CommError{fmt::format("the ranks of a worker group have different values of unit {}", unit.value)};
}

/// After an interruption, on every rank of the group.
/// @throws always: the rank's own error, or that of the first rank that has one
void GroupWork::clear_up(const std::exception_ptr& own) {
  if (group_.forget) group_.forget();
  const std::vector<Reason> reasons = gather_one(*group_.ranks, Reason::of(own));
  if (own) std::rethrow_exception(own);
  for (std::size_t r = 0; r < reasons.size(); ++r) {
    if (!reasons[r].failed_here) continue;
    const std::string text = fmt::format("rank {} of the worker group: {}", r, reasons[r].text.c_str());
    if (reasons[r].out_of_memory) throw OutOfMemoryElsewhere{text};
    throw std::runtime_error{text};
  }
  throw CommError{"a worker group gave up a unit, and none of its ranks knows why"};
}

bool GroupWork::save_memory_together() {
  const std::vector<char> all = gather_one(*group_.ranks, static_cast<char>(tools_.save_memory() ? 1 : 0));
  return std::all_of(all.begin(), all.end(), [](char yes) { return yes == 1; });
}

}  // namespace harsanyi
