#include "worker/comm/mpi/mpi_group_link.hpp"

#include <limits>
#include <list>
#include <vector>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using std::chrono::milliseconds;

constexpr int kTag = 2;
/// Ranks of a group are at the same place of the same computation: what is waited for is about to come.
constexpr std::chrono::microseconds kWakeful{5000};
constexpr auto kMostBytes = static_cast<std::size_t>(std::numeric_limits<int>::max());

class MpiGroupLink final : public GroupLink {
 public:
  explicit MpiGroupLink(MPI_Comm comm) : comm_{comm} {
    check_mpi(MPI_Comm_set_errhandler(comm_, MPI_ERRORS_RETURN), "MPI_Comm_set_errhandler");
    check_mpi(MPI_Comm_rank(comm_, &rank_), "MPI_Comm_rank");
    check_mpi(MPI_Comm_size(comm_, &size_), "MPI_Comm_size");
    arriving_.resize(static_cast<std::size_t>(size_));
  }

  [[nodiscard]] int rank() const noexcept override { return rank_; }
  [[nodiscard]] int size() const noexcept override { return size_; }

  void send(int to, std::span<const std::byte> bytes) override {
    if (bytes.size() > kMostBytes)
      throw CommError{
          fmt::format("{} bytes for rank {} of the worker group are more than MPI's 2 GiB; use smaller units",
                      bytes.size(), to)};
    MPI_Request& request = sending_.emplace_back(MPI_REQUEST_NULL);
    check_mpi(MPI_Isend(bytes.data(), static_cast<int>(bytes.size()), MPI_BYTE, to, kTag, comm_, &request),
              "MPI_Isend");
  }

  [[nodiscard]] std::optional<std::size_t> receive(int from, std::span<std::byte> room,
                                                   milliseconds patience) override {
    Arrival& arrival = arriving_.at(static_cast<std::size_t>(from));
    if (!poll(
            patience, [&] { return is_here(arrival, from, room); }, kWakeful))
      return std::nullopt;
    const std::size_t size = arrival.size;
    const bool dropped = !arrival.dropped.empty();
    arrival = {};
    if (dropped)
      throw CommError{fmt::format("rank {} of the worker group sent {} bytes where {} were expected", from,
                                  size, room.size())};
    return size;
  }

  [[nodiscard]] std::optional<std::size_t> next_size(int from) override {
    const Arrival& arrival = arriving_.at(static_cast<std::size_t>(from));
    if (arrival.announced) return arrival.size;
    int announced = 0;
    MPI_Status status;
    check_mpi(MPI_Iprobe(from, kTag, comm_, &announced, &status), "MPI_Iprobe");
    if (announced == 0) return std::nullopt;
    return size_of(status);
  }

  bool flush(milliseconds patience) override {
    return poll(
        patience,
        [&] {
          sending_.remove_if([](MPI_Request& request) { return is_complete(request, "MPI_Isend"); });
          return sending_.empty();
        },
        kWakeful);
  }

 private:
  /// A message that has been announced.
  struct Arrival {
    bool announced = false;
    std::size_t size = 0;
    std::vector<std::byte> dropped;  ///< its place where the room is too small
    MPI_Request request = MPI_REQUEST_NULL;
  };

  [[nodiscard]] bool is_here(Arrival& arrival, int from, std::span<std::byte> room) {
    if (!arrival.announced) begin(arrival, from, room);
    return arrival.announced && is_complete(arrival.request, "MPI_Imrecv");
  }

  [[nodiscard]] static std::size_t size_of(const MPI_Status& status) {
    int count = 0;
    check_mpi(MPI_Get_count(&status, MPI_BYTE, &count), "MPI_Get_count");
    return static_cast<std::size_t>(count);
  }

  void begin(Arrival& arrival, int from, std::span<std::byte> room) {
    int announced = 0;
    MPI_Message message = MPI_MESSAGE_NULL;
    MPI_Status status;
    check_mpi(MPI_Improbe(from, kTag, comm_, &announced, &message, &status), "MPI_Improbe");
    if (announced == 0) return;
    arrival.announced = true;
    arrival.size = size_of(status);
    if (arrival.size > room.size()) arrival.dropped.resize(arrival.size);
    void* place = arrival.dropped.empty() ? room.data() : arrival.dropped.data();
    check_mpi(MPI_Imrecv(place, static_cast<int>(arrival.size), MPI_BYTE, &message, &arrival.request),
              "MPI_Imrecv");
  }

  // Never freed: that is collective, and ranks may be lost. MPI's end frees it.
  MPI_Comm comm_;
  int rank_ = 0;
  int size_ = 0;
  std::list<MPI_Request> sending_;
  std::vector<Arrival> arriving_;
};

}  // namespace

std::unique_ptr<GroupLink> make_mpi_group_link(MPI_Comm world, int group) {
  int rank = 0;
  check_mpi(MPI_Comm_rank(world, &rank), "MPI_Comm_rank");
  MPI_Comm comm = MPI_COMM_NULL;
  check_mpi(MPI_Comm_split(world, group, rank, &comm), "MPI_Comm_split");
  return std::make_unique<MpiGroupLink>(comm);
}

}  // namespace harsanyi
