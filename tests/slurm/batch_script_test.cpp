#include "slurm/batch_script.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

const Study kStudy{.models = {{"one", "models/one"}, {"two", "my models/two"}},
                   .out = "out",
                   .harsanyi = "/opt/harsanyi/bin/harsanyi"};

Cluster site() {
  return {.partition = "gpu",
          .account = "project",
          .cores_per_node = 64,
          .memory_gb_per_node = 480.0,
          .gpus_per_node = 4,
          .gpu_type = "a100",
          .container = "apptainer exec --nv image.sif",
          .setup = {"module load openmpi"},
          .sbatch = {"--constraint=nvlink"}};
}

Allocation four_ranks() {
  return {.nodes = 2,
          .ranks_per_node = 4,
          .cores_per_rank = 16,
          .gpus_per_node = 4,
          .memory_bytes = 64.0 * 1024.0 * 1024.0 * 1024.0,
          .minutes = 1500};
}

/// With HARSANYI_WRITE_GOLDENS set, the text is written instead of compared.
void expect_golden(const std::string& name, const std::string& text) {
  const std::string file = std::string{HARSANYI_SOURCE_DIR} + "/tests/slurm/data/" + name;
  if (std::getenv("HARSANYI_WRITE_GOLDENS") != nullptr) std::ofstream{file} << text;
  std::stringstream golden;
  golden << std::ifstream{file}.rdbuf();
  EXPECT_EQ(text, golden.str()) << "run with HARSANYI_WRITE_GOLDENS=1 and look at the difference of " << file;
}

std::string script_of(const Cluster& cluster, const Study& study, StudyStage stage,
                      const std::filesystem::path& config, const Allocation& allocation) {
  return batch_script(cluster, study, {stage, config, allocation});
}

TEST(BatchScript, OfASweepOfTwoModelsWithAContainer) {
  expect_golden("sweep_array.sbatch",
                script_of(site(), kStudy, StudyStage::sweep, "sweep.ini", four_ranks()));
}

TEST(BatchScript, OfASweepOnCores) {
  const Study study{.models = {{"one", "models/one"}}, .out = "out", .harsanyi = "harsanyi"};
  expect_golden("sweep_cores.sbatch", script_of({}, study, StudyStage::sweep, "my sweep.ini", {}));
}

TEST(BatchScript, OfTheOtherStages) {
  expect_golden("select.sbatch", script_of(site(), kStudy, StudyStage::select, "", small_allocation(site())));
  expect_golden("evaluate.sbatch",
                script_of(site(), kStudy, StudyStage::evaluate, "evaluate.ini", four_ranks()));
  expect_golden("report.sbatch",
                script_of(site(), kStudy, StudyStage::report, "report.ini", small_allocation(site())));
}

TEST(BatchScript, AsksForGpusAsTheSiteAllows) {
  Cluster cluster = site();
  cluster.gpu_request = GpuRequest::gres;
  const std::string text = script_of(cluster, kStudy, StudyStage::sweep, "sweep.ini", four_ranks());
  EXPECT_NE(text.find("#SBATCH --gres=gpu:a100:4\n"), std::string::npos);
  EXPECT_NE(text.find("srun --mpi=pmix --cpus-per-task=16 --cpu-bind=cores --gpu-bind=single:1 "),
            std::string::npos);
  EXPECT_EQ(text.find("--gpus-per-task"), std::string::npos);
}

}  // namespace
}  // namespace harsanyi
