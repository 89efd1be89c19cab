#include "orchestrator/run/together.hpp"

#include <cstring>
#include <exception>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "orchestrator/run/message.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

constexpr std::chrono::milliseconds kPatience{100};

std::pair<Rank, StepResult> next_result(Communicator& comm) {
  std::optional<Envelope> envelope;
  while (!envelope) envelope = comm.receive(kPatience);
  const Message message = decode(envelope->bytes);
  if (const auto* result = std::get_if<StepResult>(&message)) return {envelope->from, *result};
  throw CommError{
      fmt::format("rank {} sent a message of another kind during a common step; all ranks must run the "
                  "same build with the same options",
                  envelope->from.value)};
}

/// On rank 0: the first error by rank, told to everybody.
StepResult gather_verdict(Communicator& comm, const StepResult& own) {
  std::optional<Rank> failed;
  StepResult verdict;
  const auto consider = [&](Rank rank, const StepResult& result) {
    if (!result.error || (failed && *failed < rank)) return;
    failed = rank;
    verdict.error = {result.error->kind, fmt::format("rank {}: {}", rank.value, result.error->text)};
  };
  consider(Rank{0}, own);
  for (int i = 1; i < comm.size(); ++i) {
    const auto [rank, result] = next_result(comm);
    consider(rank, result);
  }
  for (int r = 1; r < comm.size(); ++r) comm.send(Rank{r}, encode(verdict));
  return verdict;
}

}  // namespace

void together(Communicator& comm, const std::function<void()>& step) {
  StepResult own;
  std::exception_ptr error;
  try {
    step();
  } catch (const std::exception& e) {
    error = std::current_exception();
    own.error = to_remote(e);
  }
  StepResult verdict;
  if (comm.rank() == Rank{0}) {
    verdict = gather_verdict(comm, own);
  } else {
    comm.send(Rank{0}, encode(own));
    verdict = next_result(comm).second;
  }
  if (error) std::rethrow_exception(error);
  if (verdict.error) throw_remote(*verdict.error);
}

std::int64_t told_by_rank_0(Communicator& comm, std::int64_t value) {
  if (comm.rank() == Rank{0}) {
    Bytes bytes(sizeof value);
    std::memcpy(bytes.data(), &value, sizeof value);
    for (int r = 1; r < comm.size(); ++r) comm.send(Rank{r}, bytes);
    return value;
  }
  std::optional<Envelope> envelope;
  while (!envelope) envelope = comm.receive(kPatience);
  if (envelope->from != Rank{0} || envelope->bytes.size() != sizeof value)
    throw CommError{
        fmt::format("rank {} sent {} bytes where rank 0 should tell a number; all ranks must run the same "
                    "build with the same "
                    "options",
                    envelope->from.value, envelope->bytes.size())};
  std::memcpy(&value, envelope->bytes.data(), sizeof value);
  return value;
}

}  // namespace harsanyi
