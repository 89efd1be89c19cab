#include <iostream>

#include <gtest/gtest.h>

#include "tests/comm/group_ranks.hpp"
#include "tests/comm/ranks.hpp"
#include "worker/comm/mpi/mpi_world.hpp"

namespace harsanyi {
namespace {
Communicator* this_rank = nullptr;
MpiWorld* this_world = nullptr;
}  // namespace

void on_every_rank(const std::function<void(Communicator&)>& body) {
  body(*this_rank);
}

void on_every_group_rank(const std::function<void(std::unique_ptr<GroupLink>)>& body) {
  body(this_world->group_link(0));
}

bool ranks_are_processes() {
  return true;
}

}  // namespace harsanyi

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  harsanyi::MpiWorld world{std::chrono::minutes{1}};
  harsanyi::this_world = &world;
  harsanyi::this_rank = &world.communicator();
  if (world.communicator().rank().value != 0) {
    // One report on the terminal; another rank's failures still show, with its exit code.
    auto& listeners = testing::UnitTest::GetInstance()->listeners();
    delete listeners.Release(listeners.default_result_printer());
    class Failures : public testing::EmptyTestEventListener {
      void OnTestPartResult(const testing::TestPartResult& part) override {
        if (part.failed())
          std::cerr << "rank " << harsanyi::this_rank->rank().value << ": " << part.file_name() << ":"
                    << part.line_number() << ": " << part.summary() << '\n';
      }
    };
    listeners.Append(new Failures);
  }
  return RUN_ALL_TESTS();
}
