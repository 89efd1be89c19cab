#include "orchestrator/cli/launcher.hpp"

#include <cstdlib>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// Sets the launchers' variables for one test; those not named are unset.
class Environment {
 public:
  explicit Environment(const std::map<std::string, std::string>& values) {
    for (const char* name : {"OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "SLURM_PROCID",
                             "SLURM_STEP_NUM_TASKS", "PMI_RANK", "PMI_SIZE"}) {
      if (const char* value = std::getenv(name)) before_[name] = value;
      unsetenv(name);
      if (values.contains(name)) setenv(name, values.at(name).c_str(), 1);
      names_.emplace_back(name);
    }
  }
  ~Environment() {
    for (const std::string& name : names_) {
      unsetenv(name.c_str());
      if (before_.contains(name)) setenv(name.c_str(), before_.at(name).c_str(), 1);
    }
  }
  Environment(const Environment&) = delete;
  Environment& operator=(const Environment&) = delete;

 private:
  std::map<std::string, std::string> before_;
  std::vector<std::string> names_;
};

TEST(LaunchInfo, IsNothingWithoutALauncher) {
  const Environment environment{{}};
  EXPECT_FALSE(launch_info());
}

TEST(LaunchInfo, ComesFromOpenMpi) {
  const Environment environment{
      {{"OMPI_COMM_WORLD_RANK", "2"}, {"OMPI_COMM_WORLD_SIZE", "4"}, {"SLURM_PROCID", "0"}}};
  ASSERT_TRUE(launch_info());
  EXPECT_EQ(launch_info()->launcher, "Open MPI");
  EXPECT_EQ(launch_info()->rank, 2);
  EXPECT_EQ(launch_info()->ranks, 4);
}

TEST(LaunchInfo, ComesFromSrunButNotFromTheBatchScript) {
  const Environment batch_script{{{"SLURM_PROCID", "0"}}};
  EXPECT_FALSE(launch_info());
  const Environment srun{{{"SLURM_PROCID", "1"}, {"SLURM_STEP_NUM_TASKS", "2"}}};
  ASSERT_TRUE(launch_info());
  EXPECT_EQ(launch_info()->rank, 1);
}

TEST(LaunchInfo, IgnoresVariablesThatAreNoNumbers) {
  const Environment environment{{{"PMI_RANK", "x"}, {"PMI_SIZE", "2"}}};
  EXPECT_FALSE(launch_info());
}

TEST(RequireOneProcess, RefusesSeveralAndNamesTheLauncher) {
  const Environment environment{{{"OMPI_COMM_WORLD_RANK", "1"}, {"OMPI_COMM_WORLD_SIZE", "2"}}};
  try {
    require_one_process("merge");
    FAIL() << "no exception";
  } catch (const ConfigError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("'merge' is the work of one process, and Open MPI has started 2"), std::string::npos)
        << text;
  }
}

TEST(RequireOneProcess, IsContentWithOneRankOrNoLauncher) {
  {
    const Environment environment{{}};
    EXPECT_NO_THROW(require_one_process("merge"));
  }
  const Environment environment{{{"SLURM_PROCID", "0"}, {"SLURM_STEP_NUM_TASKS", "1"}}};
  EXPECT_NO_THROW(require_one_process("merge"));
}

}  // namespace
}  // namespace harsanyi
