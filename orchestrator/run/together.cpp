#include "orchestrator/run/together.hpp"

#include <exception>
#include <iostream>
#include <optional>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/log/log.hpp"
#include "orchestrator/run/message.hpp"
#include "orchestrator/run/progress.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

constexpr std::chrono::milliseconds kPatience{100};

[[noreturn]] void refuse(Rank rank) {
  throw CommError{
      fmt::format("rank {} sent a message of another kind during a common step; all ranks must run the "
                  "same build with the same options",
                  rank.value)};
}

/// Rank 0's side of one common step.
class Gathering {
 public:
  Gathering(World& world, StepResult own)
      : comm_{world.communicator()},
        attendance_{world.attendance()},
        results_(static_cast<std::size_t>(comm_.size())) {
    results_.front() = std::move(own);
    for (int r = 1; r < comm_.size(); ++r)
      if (!attendance_.absent.contains(Rank{r})) awaited_.insert(Rank{r});
  }

  /// [ranks] in their order; that of an absent rank is empty.
  [[nodiscard]] std::vector<StepResult> results() && {
    ListeningTime time;
    Words words{comm_, attendance_.word_interval()};
    while (!awaited_.empty()) {
      if (const auto envelope = comm_.receive(kPatience)) take(*envelope);
      words.say_if_due();
      if (time.now() > attendance_.silence_limit) leave_out_awaited();
    }
    return std::move(results_);
  }

 private:
  void take(const Envelope& envelope) {
    Letter letter = decode(envelope.bytes);
    if (letter.step < attendance_.step) return;  // of a step that went on without this rank
    auto* result = std::get_if<StepResult>(&letter.message);
    if (result == nullptr || letter.step > attendance_.step) refuse(envelope.from);
    results_[static_cast<std::size_t>(envelope.from.value)] = std::move(*result);
    awaited_.erase(envelope.from);
    attendance_.absent.erase(envelope.from);
  }

  void leave_out_awaited() {
    for (const Rank rank : awaited_) {
      const std::string text = fmt::format(
          "rank {} has not come to a common step within {} (--silence-limit); the others go on without it",
          rank.value, duration_text(std::chrono::duration<double>(attendance_.silence_limit).count()));
      tell(std::cerr, {.level = LogLevel::warning, .message = text}, "harsanyi: " + text);
      attendance_.absent.insert(rank);
    }
    awaited_.clear();
  }

  Communicator& comm_;
  Attendance& attendance_;
  std::set<Rank> awaited_;
  std::vector<StepResult> results_;
};

/// The first error by rank, with the rank in front.
std::optional<RemoteError> first_error(const std::vector<StepResult>& results) {
  for (std::size_t rank = 0; rank < results.size(); ++rank)
    if (const auto& error = results[rank].error)
      return RemoteError{error->kind, fmt::format("rank {}: {}", rank, error->text)};
  return std::nullopt;
}

StepResult verdict_of_rank_0(World& world) {
  Communicator& comm = world.communicator();
  Silence silence{world.attendance().silence_limit};
  while (true) {
    const auto envelope = comm.receive(kPatience);
    if (!envelope) {
      silence.require_within_limit();
      continue;
    }
    silence.broken();
    Letter letter = decode(envelope->bytes);
    if (std::holds_alternative<Word>(letter.message)) continue;
    auto* result = std::get_if<StepResult>(&letter.message);
    if (result == nullptr || letter.step != world.attendance().step) refuse(envelope->from);
    return std::move(*result);
  }
}

/// @param texts  filled on rank 0
/// @return  the verdict, on every rank
StepResult exchange(World& world, StepResult own, std::vector<std::string>* texts = nullptr) {
  Communicator& comm = world.communicator();
  const std::uint32_t step = ++world.attendance().step;
  if (comm.rank() != Rank{0}) {
    comm.send(Rank{0}, encode(std::move(own), step));
    return verdict_of_rank_0(world);
  }
  StepResult verdict{.number = own.number};
  const auto results = Gathering{world, std::move(own)}.results();
  verdict.error = first_error(results);
  for (int r = 1; r < comm.size(); ++r) comm.send(Rank{r}, encode(verdict, step));
  if (texts != nullptr)
    for (const StepResult& result : results) texts->push_back(result.text);
  return verdict;
}

}  // namespace

void together(World& world, const std::function<void()>& step) {
  StepResult own;
  std::exception_ptr error;
  try {
    step();
  } catch (const std::exception& e) {
    error = std::current_exception();
    own.error = to_remote(e);
  }
  const StepResult verdict = exchange(world, std::move(own));
  if (error) std::rethrow_exception(error);
  if (verdict.error) throw_remote(*verdict.error);
}

std::int64_t told_by_rank_0(World& world, std::int64_t value) {
  return exchange(world, {.number = value}).number;
}

std::vector<std::string> told_to_rank_0(World& world, std::string text) {
  std::vector<std::string> texts;
  static_cast<void>(exchange(world, {.text = std::move(text)}, &texts));
  return texts;
}

}  // namespace harsanyi
