#include "orchestrator/cli/layout_text.hpp"

#include <gtest/gtest.h>

#include "orchestrator/cli/doctor/program_output.hpp"

namespace harsanyi {
namespace {

Layout layout(int ranks, int groups, double weights, bool fits, double seconds) {
  Layout one;
  one.ranks = ranks;
  one.groups = groups;
  one.memory = {.weights = weights, .trunk = 2e9, .batch = 3e9, .program = 1e9};
  one.fits = fits;
  one.most_rows = fits ? 20000 : 0;
  one.exchange = {.count = 100, .bytes = 1e9};
  one.unit_seconds = 10.0 / ranks;
  one.unit_exchange_seconds = 1.0;
  one.sweep_seconds = seconds;
  return one;
}

LayoutPlan plan_of(std::vector<Layout> layouts, std::optional<std::size_t> best) {
  LayoutPlan plan;
  plan.profile.name = "a device";
  plan.profile.kind = DeviceKind::gpu;
  plan.profile.devices_per_node = 4;
  plan.profile.memory_bytes = {.value = 80e9, .basis = Basis::data_sheet, .source = "a sheet"};
  plan.profile.share_of_peak = {.value = 0.4, .basis = Basis::assumed, .source = "a guess"};
  plan.profile.within_node.bytes_per_second = {.value = 1e11, .basis = Basis::measured, .source = "a test"};
  plan.profile.between_nodes.bytes_per_second = {.value = 2e10, .basis = Basis::assumed, .source = "a guess"};
  plan.speed = {.value = 1e15, .basis = Basis::data_sheet, .source = "a sheet"};
  plan.devices = 8;
  plan.layouts = std::move(layouts);
  plan.best = best;
  return plan;
}

bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

TEST(LayoutText, ShowsMemoryExchangeAndTimeOfEveryGroupSize) {
  const std::string text =
      layout_text(plan_of({layout(1, 8, 130e9, false, 3600), layout(2, 4, 65e9, true, 4000)}, 1));
  EXPECT_EQ(
      text,
      "\nlayouts on a device\n"
      "  weights         2 bytes a number in the checkpoint; products by the library\n"
      "  reckoned with   1.00 P (data sheet) FLOP/s of products, 40 % of it reached (assumed); links 100 "
      "GB/s "
      "within a node (measured), 20.0 GB/s between nodes (assumed)\n"
      "\n"
      "memory of a rank, of 80.0 GB\n"
      "ranks  weights  file pages  trunk    players  batch    kv cache  freed  program  sum      fits  most "
      "rows\n"
      "1      130 GB   -           2.00 GB  -        3.00 GB  -         -      1.00 GB  136 GB   no    -\n"
      "2      65.0 GB  -           2.00 GB  -        3.00 GB  -         -      1.00 GB  71.0 GB  yes   "
      "20000\n"
      "\n"
      "exchange of a unit, and time on 8 devices\n"
      "ranks  groups  all-reduces  sent by a rank  a unit  of it exchange  sweep\n"
      "1      8       -            -               10 s    -               1 h 0 min\n"
      "2      4       100          1.00 GB         5 s     20.0 %          1 h 6 min\n"
      "\n"
      "  layout          4 groups of 2 ranks: the least time of those that fit; one rank would need 136 GB\n"
      "  start it by     mpirun -n 8 harsanyi sweep ... --tensor-parallel 2\n"
      "  or, in Slurm    srun -n 8 --ntasks-per-node=4 --gpus-per-task=1 harsanyi sweep ... "
      "--tensor-parallel "
      "2\n");
}

TEST(LayoutText, OfOneRankAGroupNeedsNoOption) {
  const std::string text = layout_text(plan_of({layout(1, 8, 10e9, true, 60)}, 0));
  EXPECT_TRUE(has(text, "8 groups of 1 rank: ")) << text;
  EXPECT_FALSE(has(text, "--tensor-parallel")) << text;
}

TEST(LayoutText, SaysWhatWouldHelpWhereNothingFits) {
  const std::string too_large = layout_text(plan_of({layout(1, 8, 130e9, false, 60)}, std::nullopt));
  EXPECT_TRUE(has(too_large, "none fits: 1 ranks still need 136 GB each; try larger groups (--most-ranks)"))
      << too_large;
  const std::string too_few =
      layout_text(plan_of({layout(1, 8, 130e9, false, 60), layout(16, 0, 10e9, true, 0)}, std::nullopt));
  EXPECT_TRUE(has(too_few, "8 devices are fewer than the 16 ranks of the smallest group that fits"))
      << too_few;
  EXPECT_TRUE(has(too_few, "too few devices")) << too_few;
}

TEST(Plan, LaysOutALargeModelWithoutACheckpoint) {
  const auto text =
      program_output({HARSANYI_EXECUTABLE, "plan", "--model",
                      HARSANYI_SOURCE_DIR "/configs/models/Qwen2.5-32B-Instruct.json", "--benchmark", "sst2",
                      "--prompt-tokens", "200", "--dtype", "bfloat16", "--device-profile", "l40s-48gb"});
  ASSERT_TRUE(text);
  EXPECT_TRUE(has(*text, "memory of a rank, of 48.0 GB\n")) << *text;
  // 31.2 G entries of layers in bfloat16, twice 0.78 G of tables in float32.
  EXPECT_TRUE(has(*text, "\n1      68.6 GB")) << *text;
  EXPECT_TRUE(has(*text, "\n8      8.58 GB")) << *text;
  EXPECT_TRUE(has(*text, "harsanyi sweep ... --tensor-parallel 2\n")) << *text;
}

}  // namespace
}  // namespace harsanyi
