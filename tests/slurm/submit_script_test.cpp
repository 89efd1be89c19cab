#include "slurm/submit_script.hpp"

#include <array>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

constexpr std::array kAll{StudyStage::sweep, StudyStage::select, StudyStage::evaluate, StudyStage::report};

TEST(SubmitScript, OfOneModelIsAChain) {
  const Study study{.models = {{"one", "models/one"}}, .out = "out", .harsanyi = "harsanyi"};
  EXPECT_EQ(submit_script(study, kAll, "/home/me/study"), R"sh(#!/bin/bash
set -eu
cd /home/me/study
sweep=$(sbatch --parsable out/jobs/sweep.sh)
echo "sweep: job ${sweep%%;*}"
select=$(sbatch --parsable --dependency=afterok:${sweep%%;*} --kill-on-invalid-dep=yes out/jobs/select.sh)
echo "select: job ${select%%;*}"
evaluate=$(sbatch --parsable --dependency=afterok:${select%%;*} --kill-on-invalid-dep=yes out/jobs/evaluate.sh)
echo "evaluate: job ${evaluate%%;*}"
report=$(sbatch --parsable --dependency=afterok:${evaluate%%;*} --kill-on-invalid-dep=yes out/jobs/report.sh)
echo "report: job ${report%%;*}"
)sh");
}

TEST(SubmitScript, OfSeveralModelsWaitsModelByModelAndReportsOnAll) {
  const Study study{.models = {{"one", "one"}, {"two", "two"}}, .out = "my out", .harsanyi = "harsanyi"};
  EXPECT_EQ(submit_script(study, std::array{StudyStage::evaluate, StudyStage::report}, "/a b"),
            R"sh(#!/bin/bash
set -eu
cd '/a b'
evaluate=$(sbatch --parsable 'my out/jobs/evaluate.sh')
echo "evaluate: job ${evaluate%%;*}"
report=$(sbatch --parsable --dependency=afterok:${evaluate%%;*} --kill-on-invalid-dep=yes 'my out/jobs/report.sh')
echo "report: job ${report%%;*}"
)sh");
  EXPECT_NE(submit_script(study, kAll, "/a").find("select=$(sbatch --parsable --dependency=aftercorr:"),
            std::string::npos);
}

}  // namespace
}  // namespace harsanyi
