#include "worker/comm/mpi/mpi_world.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <exception>
#include <limits>
#include <list>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <sysexits.h>

#include "partition/base/error.hpp"
#include "worker/comm/mailbox.hpp"
#include "worker/comm/mpi/mpi_calls.hpp"
#include "worker/comm/mpi/mpi_group_link.hpp"
#include "worker/comm/mpi/watchdog.hpp"

namespace harsanyi {
namespace {

using std::chrono::milliseconds;

constexpr int kTag = 1;

class MpiCommunicator final : public Communicator {
 public:
  MpiCommunicator() {
    check_mpi(MPI_Comm_dup(MPI_COMM_WORLD, &comm_), "MPI_Comm_dup");
    check_mpi(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check_mpi(MPI_Comm_rank(comm_, &rank_.value), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(comm_, &size_), "MPI_Comm_size");
  }

  [[nodiscard]] Rank rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return size_; }

  void send(Rank to, Bytes bytes) override {
    require_rank(to, size_);
    if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
      throw CommError{fmt::format(
          "a message of {} bytes to rank {} is larger than MPI's 2 GiB; cut the work into smaller "
          "units",
          bytes.size(), to.value)};
    Transfer& transfer = sending_.emplace_back(Transfer{to, std::move(bytes), MPI_REQUEST_NULL});
    check_mpi(MPI_Isend(transfer.bytes.data(), static_cast<int>(transfer.bytes.size()), MPI_BYTE, to.value,
                        kTag, comm_, &transfer.request),
              "MPI_Isend");
    drop_sent();
  }

  [[nodiscard]] std::optional<Envelope> receive(milliseconds patience) override {
    std::optional<Envelope> envelope;
    poll(patience, [&] {
      drop_sent();
      accept_arrivals();
      envelope = take_complete_arrival();
      return envelope.has_value();
    });
    return envelope;
  }

  bool flush(milliseconds patience) override {
    return poll(patience, [&] {
      drop_sent();
      return sending_.empty();
    });
  }

  /// Collective. Returns once every message of every rank has arrived; those that nobody took are dropped.
  /// False if a rank has not come here within `limit`.
  [[nodiscard]] bool drain(milliseconds limit) {
    const auto take_all = [&] {
      while (receive(milliseconds{0})) {
      }
    };
    poll(limit, [&] {
      take_all();
      return sending_.empty();
    });
    MPI_Request barrier = MPI_REQUEST_NULL;
    check_mpi(MPI_Ibarrier(comm_, &barrier), "MPI_Ibarrier");
    const bool all_came = poll(limit, [&] {
      take_all();
      return is_complete(barrier, "MPI_Ibarrier");
    });
    if (!all_came) return false;
    take_all();
    check_mpi(MPI_Comm_free(&comm_), "MPI_Comm_free");
    return true;
  }

 private:
  struct Transfer {
    Rank peer;
    Bytes bytes;  ///< stays where it is until the request is complete
    MPI_Request request;
  };

  void drop_sent() {
    sending_.remove_if([](Transfer& transfer) { return is_complete(transfer.request, "MPI_Isend"); });
  }

  /// Starts to receive every message that has been announced. Never waits for its content: over a network
  /// that comes only when the sender's process makes its next MPI call, and it may be computing.
  void accept_arrivals() {
    while (true) {
      int announced = 0;
      MPI_Message message = MPI_MESSAGE_NULL;
      MPI_Status status;
      check_mpi(MPI_Improbe(MPI_ANY_SOURCE, kTag, comm_, &announced, &message, &status), "MPI_Improbe");
      if (announced == 0) return;
      int count = 0;
      check_mpi(MPI_Get_count(&status, MPI_BYTE, &count), "MPI_Get_count");
      Transfer& transfer = arriving_.emplace_back(
          Transfer{Rank{status.MPI_SOURCE}, Bytes(static_cast<std::size_t>(count)), MPI_REQUEST_NULL});
      check_mpi(MPI_Imrecv(transfer.bytes.data(), count, MPI_BYTE, &message, &transfer.request),
                "MPI_Imrecv");
    }
  }

  /// The oldest complete message, unless an earlier one of its sender is still on its way.
  [[nodiscard]] std::optional<Envelope> take_complete_arrival() {
    std::vector<Rank> unfinished;
    for (auto transfer = arriving_.begin(); transfer != arriving_.end(); ++transfer) {
      const bool next_in_order =
          std::find(unfinished.begin(), unfinished.end(), transfer->peer) == unfinished.end();
      if (next_in_order && is_complete(transfer->request, "MPI_Imrecv")) {
        Envelope envelope{transfer->peer, std::move(transfer->bytes)};
        arriving_.erase(transfer);
        return envelope;
      }
      unfinished.push_back(transfer->peer);
    }
    return std::nullopt;
  }

  MPI_Comm comm_ = MPI_COMM_NULL;
  Rank rank_;
  int size_ = 0;
  std::list<Transfer> sending_;  // a list: MPI holds the addresses of requests and bytes
  std::list<Transfer> arriving_;
};

/// srun without a process manager starts every task as a world of its own, each of which would be rank 0.
void require_one_world(int mpi_size) {
  const char* tasks = std::getenv("SLURM_STEP_NUM_TASKS");
  if (tasks == nullptr || std::getenv("OMPI_COMM_WORLD_SIZE") != nullptr) return;
  if (mpi_size == 1 && std::atoi(tasks) > 1)
    throw CommError{fmt::format(
        "srun started {} tasks, but MPI sees a world of one: they do not know of each other; start "
        "with 'srun --mpi=pmix' or 'mpirun'",
        tasks)};
}

}  // namespace

struct MpiWorld::State {
  MpiCommunicator communicator;
  int ranks_on_node = 1;
  int rank_on_node = 0;
  bool any_thread = false;  ///< MPI_THREAD_MULTIPLE
  std::chrono::duration<double> limit{};
  int exceptions_at_start = std::uncaught_exceptions();
};

MpiWorld::MpiWorld(std::chrono::duration<double> limit) {
  int already = 0;
  check_mpi(MPI_Initialized(&already), "MPI_Initialized");
  if (already != 0) throw CommError{"MPI is running already; make one MpiWorld per process"};
  const Watchdog watchdog{limit, "start"};
  int provided = MPI_THREAD_SINGLE;
  check_mpi(MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &provided), "MPI_Init_thread");
  if (provided < MPI_THREAD_FUNNELED)
    throw CommError{"this MPI allows one thread per process only; use one built with MPI_THREAD_FUNNELED"};
  state_ = std::make_unique<State>();
  state_->limit = limit;
  state_->any_thread = provided == MPI_THREAD_MULTIPLE;
  require_one_world(state_->communicator.size());

  MPI_Comm node = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split_type(MPI_COMM_WORLD, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node),
            "MPI_Comm_split_type");
  check_mpi(MPI_Comm_size(node, &state_->ranks_on_node), "MPI_Comm_size");
  check_mpi(MPI_Comm_rank(node, &state_->rank_on_node), "MPI_Comm_rank");
  check_mpi(MPI_Comm_free(&node), "MPI_Comm_free");
}

MpiWorld::~MpiWorld() {
  // An exception on its way out means that this rank left its part unfinished: the others wait for messages
  // that never come, and finalising would wait for them.
  if (std::uncaught_exceptions() > state_->exceptions_at_start) abort(EXIT_FAILURE);
  try {
    // Slurm ends a step at once that aborts, and waits on for one whose processes leave.
    if (!state_->communicator.drain(std::chrono::duration_cast<milliseconds>(state_->limit))) {
      fmt::print(
          stderr,
          "harsanyi: a rank has not come to the end within the silence limit; finished units are stored, "
          "run the same command again\n");
      abort(EX_TEMPFAIL);
    }
    const Watchdog watchdog{state_->limit, "end"};
    check_mpi(MPI_Finalize(), "MPI_Finalize");
  } catch (const std::exception& error) {
    fmt::print(stderr, "MPI does not end cleanly: {}\n", error.what());
    abort(EXIT_FAILURE);
  }
}

Communicator& MpiWorld::communicator() noexcept {
  return state_->communicator;
}
int MpiWorld::ranks_on_this_node() const noexcept {
  return state_->ranks_on_node;
}
int MpiWorld::rank_on_this_node() const noexcept {
  return state_->rank_on_node;
}

std::unique_ptr<GroupLink> MpiWorld::group_link(int group) {
  if (!state_->any_thread)
    throw CommError{
        "this MPI allows calls from one thread only; worker groups need one with MPI_THREAD_MULTIPLE"};
  const Watchdog watchdog{state_->limit, "form worker groups"};
  return make_mpi_group_link(MPI_COMM_WORLD, group);
}

void MpiWorld::abort(int exit_code) {
  constexpr std::chrono::seconds kLimit{10};
  const Watchdog watchdog{std::min<std::chrono::duration<double>>(kLimit, state_->limit), "end the job"};
  MPI_Abort(MPI_COMM_WORLD, exit_code);
  std::_Exit(exit_code);
}

std::string MpiWorld::library_version() {
  std::array<char, MPI_MAX_LIBRARY_VERSION_STRING> text{};
  int length = 0;
  check_mpi(MPI_Get_library_version(text.data(), &length), "MPI_Get_library_version");
  return text.data();  // Open MPI 4.1 counts the NUL behind the text
}

}  // namespace harsanyi
