// The library of NCCL, where it was built: loaded as the engine does, on machines that have no GPU.
#include "worker/parallel/nccl_module.hpp"

#include <fstream>
#include <thread>

#include <dlfcn.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::ThrowsMessage;

const std::filesystem::path kFolder{HARSANYI_LIBRARY_FOLDER};

class BuiltNccl : public testing::Test {
 protected:
  void SetUp() override {
    if (!NcclModule::is_built(kFolder)) GTEST_SKIP() << "built without NCCL";
  }
};

TEST_F(BuiltNccl, TellsItsVersionAndMode) {
  EXPECT_THAT(NcclModule{kFolder}.description(), AllOf(StartsWith("NCCL 2."), HasSubstr("Ring, Simple")));
}

TEST_F(BuiltNccl, RefusesARankWithoutAGpu) {
  if (dlopen("libcuda.so.1", RTLD_LAZY | RTLD_LOCAL) != nullptr)
    GTEST_SKIP() << "this machine has NVIDIA's driver";
  auto links = make_in_process_group(2);
  std::vector<std::jthread> ranks;
  for (auto& link : links)
    ranks.emplace_back([&link] {
      LinkedGroup group{std::move(link), std::chrono::seconds{30}};
      EXPECT_THAT([&] { static_cast<void>(NcclModule{kFolder}.sums(group, 0)); },
                  ThrowsMessage<ConfigError>(
                      AllOf(HasSubstr("tensor parallelism on GPUs needs one for each rank of a worker group"),
                            HasSubstr("rank 0 of the group sees no GPU"), HasSubstr("--device cpu"))));
    });
}

TEST(NcclModule, SaysThatItWasNotBuilt) {
  const test::TempFolder empty;
  EXPECT_FALSE(NcclModule::is_built(empty.path()));
  EXPECT_THAT([&] { NcclModule{empty.path()}; },
              ThrowsMessage<ConfigError>(AllOf(
                  HasSubstr("tensor parallelism on GPUs needs NCCL, and this program was built without"),
                  HasSubstr("libharsanyi_nccl.so"), HasSubstr("--device cpu"))));
}

TEST(NcclModule, SaysWhatKeepsItFromLoading) {
  const test::TempFolder folder;
  std::ofstream{folder.path() / "libharsanyi_nccl.so"} << "no library";
  EXPECT_THAT([&] { NcclModule{folder.path()}; },
              ThrowsMessage<ConfigError>(AllOf(HasSubstr("needs NCCL (libnccl.so.2), which cannot be loaded"),
                                               HasSubstr("LD_LIBRARY_PATH"))));
}

}  // namespace
}  // namespace harsanyi
