#include "orchestrator/cli/slurm_text.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "orchestrator/cli/doctor/program_output.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

const Cluster kNode{
    .cores_per_node = 64, .memory_gb_per_node = 100.0, .gpus_per_node = 4, .longest_minutes = 60};
const Study kStudy{.models = {{"one", "one"}, {"two", "two"}}, .out = "out", .harsanyi = "harsanyi"};

TEST(SlurmText, SaysWhatASweepAsksForAndWhy) {
  const Need need{.flops = 7.2e15, .weights_bytes = 5e9, .unit_bytes = 1e9, .units = 1000};
  const BatchJob job{StudyStage::sweep, "sweep.ini", allocation_for(kNode, need, {.nodes = 2})};
  EXPECT_EQ(
      allocation_text(kNode, kStudy, job, need),
      "sweep: 2 jobs (an array over the models), each 2 nodes x 4 ranks x 16 cores, 4 GPUs a node\n"
      "  memory   28.4 GB a node: 4 x (5.00 GB of weights + 1.00 GB for the largest unit), a tenth and 2 GB "
      "more\n"
      "  time     1 h 0 min: 7.20 PFLOP at 100 GFLOP/s in each of 8 ranks is 2 h 30 min, so about 2 "
      "restarts\n"
      "  limit    300 s before it the units in flight are finished and the job requeues itself\n"
      "  script   out/jobs/sweep.sh\n");
}

TEST(SlurmText, OfAJobThatReadsAndWritesIsShort) {
  const BatchJob job{StudyStage::report, "", small_allocation(kNode)};
  EXPECT_EQ(allocation_text(kNode, kStudy, job, {}),
            "report: 1 job, each 1 node x 1 rank x 1 core\n"
            "  memory   4.00 GB\n"
            "  time     30 min 0 s\n"
            "  script   out/jobs/report.sh\n");
}

TEST(Slurm, AsksForWholeWorkerGroups) {
  const test::TempFolder folder;
  std::ofstream{folder / "sweep.ini"} << "benchmark = sst2\nsamples = 32\ntensor-parallel = 4\n";
  const auto text = program_output(
      {HARSANYI_EXECUTABLE, "slurm", "--model",
       HARSANYI_SOURCE_DIR "/configs/models/Qwen2.5-32B-Instruct.json", "--stage", "sweep", "--sweep",
       (folder / "sweep.ini").string(), "--prompt-tokens", "100", "--cores-per-node", "48",
       "--memory-gb-per-node", "1000", "--out", (folder / "out").string(), "--dry-run"});
  ASSERT_TRUE(text);
  // Of the six ranks of eight cores that a node has room for.
  EXPECT_NE(text->find("each 1 node x 4 ranks x 12 cores"), std::string::npos) << *text;
}

}  // namespace
}  // namespace harsanyi
