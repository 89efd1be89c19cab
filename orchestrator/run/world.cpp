#include "orchestrator/run/world.hpp"

#include <cstdlib>
#include <vector>

#include "worker/comm/mpi/mpi_world.hpp"

namespace harsanyi {
namespace {

class OneProcess final : public World {
 public:
  [[nodiscard]] Communicator& communicator() noexcept override { return *endpoints_.front(); }
  [[nodiscard]] std::unique_ptr<GroupLink> group_link(int) override {
    return std::move(make_in_process_group(1).front());
  }
  [[nodiscard]] int ranks_on_this_node() const noexcept override { return 1; }
  [[nodiscard]] int rank_on_this_node() const noexcept override { return 0; }
  [[nodiscard]] std::string description() const override { return "one process, no MPI"; }
  [[noreturn]] void abort(int exit_code) override { std::_Exit(exit_code); }

 private:
  std::vector<std::unique_ptr<Communicator>> endpoints_ = make_in_process_world(1);
};

class MpiJob final : public World {
 public:
  explicit MpiJob(std::chrono::duration<double> silence_limit) : mpi_{silence_limit} {}

  [[nodiscard]] Communicator& communicator() noexcept override { return mpi_.communicator(); }
  [[nodiscard]] std::unique_ptr<GroupLink> group_link(int group) override { return mpi_.group_link(group); }
  [[nodiscard]] int ranks_on_this_node() const noexcept override { return mpi_.ranks_on_this_node(); }
  [[nodiscard]] int rank_on_this_node() const noexcept override { return mpi_.rank_on_this_node(); }
  [[nodiscard]] std::string description() const override { return MpiWorld::library_version(); }
  [[noreturn]] void abort(int exit_code) override { mpi_.abort(exit_code); }

 private:
  MpiWorld mpi_;
};

}  // namespace

std::unique_ptr<World> make_world(std::chrono::duration<double> silence_limit) {
  std::unique_ptr<World> world;
  if (started_by_mpi_launcher())
    world = std::make_unique<MpiJob>(silence_limit);
  else
    world = std::make_unique<OneProcess>();
  world->attendance().silence_limit =
      std::chrono::duration_cast<std::chrono::steady_clock::duration>(silence_limit);
  return world;
}

}  // namespace harsanyi
