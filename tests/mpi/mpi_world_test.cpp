#include "worker/comm/mpi/mpi_world.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/comm/ranks.hpp"

namespace harsanyi {
namespace {

TEST(MpiWorld, KnowsThatALauncherStartedIt) {
  EXPECT_TRUE(started_by_mpi_launcher());
}

TEST(MpiWorld, RefusesASecondOneInTheSameProcess) {
  EXPECT_THROW(MpiWorld{std::chrono::minutes{1}}, CommError);
}

TEST(MpiWorld, NamesItsLibrary) {
  EXPECT_EQ(MpiWorld::library_version().find('\0'), std::string::npos);
  EXPECT_FALSE(MpiWorld::library_version().empty());
}

TEST(MpiWorld, AgreesWithTheLauncherOnItsSize) {
  const char* size = std::getenv("OMPI_COMM_WORLD_SIZE");
  if (size == nullptr) GTEST_SKIP() << "not started by Open MPI";
  on_every_rank([&](Communicator& comm) { EXPECT_EQ(comm.size(), std::atoi(size)); });
}

}  // namespace
}  // namespace harsanyi
