#include <fstream>
#include <sstream>
#include <stdexcept>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/cli/doctor/checks.hpp"
#include "orchestrator/cli/doctor/program_output.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

const LaunchInfo kFirstOfTwo{"Open MPI", 0, 2};

TEST(Doctor, WarnsOfARankBoundToOneCore) {
  const Finding bound = check_binding({.online = 8, .usable = 1}, kFirstOfTwo);
  EXPECT_EQ(bound.verdict, Verdict::warning);
  EXPECT_NE(bound.remedy.find("--bind-to none"), std::string::npos);
  EXPECT_EQ(check_binding({.online = 8, .usable = 4}, kFirstOfTwo).verdict, Verdict::ok);
  EXPECT_EQ(check_binding({.online = 1, .usable = 1}, kFirstOfTwo).verdict, Verdict::ok);
  EXPECT_EQ(check_binding({.online = 8, .usable = 1}, std::nullopt).verdict, Verdict::note);
}

TEST(Doctor, WarnsOfAContainerSmallerThanItsCores) {
  EXPECT_EQ(check_cores({.online = 8, .usable = 8, .quota = 2.0}).verdict, Verdict::warning);
  EXPECT_EQ(check_cores({.online = 8, .usable = 8, .quota = 8.0}).verdict, Verdict::ok);
  EXPECT_EQ(check_cores({.online = 8, .usable = 8}).verdict, Verdict::ok);
}

TEST(Doctor, FindsCoresOfThisMachine) {
  const CoreFacts cores = core_facts();
  EXPECT_GE(cores.usable, 1);
  EXPECT_GE(cores.online, cores.usable);
}

TEST(Doctor, LooksAtTheDiskOfTheFolder) {
  const test::TempFolder folder;
  EXPECT_NE(check_disk(folder.path()).value.find("GiB free"), std::string::npos);
  EXPECT_EQ(check_disk(folder / "nowhere").verdict, Verdict::problem);
}

TEST(Doctor, ReportsWhyTheEngineDoesNotLoad) {
  const Finding missing = check_engine([]() -> std::string { throw std::runtime_error{"no such file"}; });
  EXPECT_EQ(missing.verdict, Verdict::problem);
  EXPECT_EQ(missing.value, "no such file");
  EXPECT_NE(missing.remedy, "");
  EXPECT_EQ(check_engine([] { return std::string{"libtorch"}; }).verdict, Verdict::ok);
}

TEST(Doctor, TellsOfNcclInTheFolderOfTheEngine) {
  const test::TempFolder folder;
  const Finding without = check_nccl(folder.path());
  EXPECT_EQ(without.verdict, Verdict::note);
  EXPECT_NE(without.value.find("built without NCCL"), std::string::npos);
  std::ofstream{folder / "libharsanyi_nccl.so"} << "no library";
  EXPECT_NE(check_nccl(folder.path()).value.find("cannot be loaded"), std::string::npos);
}

TEST(Doctor, WarnsOfAPythonThatDoesNotRun) {
  EXPECT_EQ(check_python("/nowhere/python").verdict, Verdict::warning);
}

TEST(Doctor, KnowsTheHdf5Library) {
  EXPECT_EQ(check_hdf5().verdict, Verdict::ok);
}

TEST(Doctor, WritesTheSameFindingsAsTableAndJson) {
  const Findings findings{{"a", Verdict::ok, "fine", ""}, {"longer", Verdict::warning, "slow", "change it"}};
  std::ostringstream table;
  write_table(findings, table);
  EXPECT_EQ(table.str(),
            "a       ok       fine\n"
            "longer  warning  slow\n"
            "                 -> change it\n");
  std::ostringstream text;
  write_json(findings, text);
  const auto json = nlohmann::json::parse(text.str());
  EXPECT_EQ(json.at("verdict"), "warning");
  EXPECT_EQ(json.at("findings").at(1).at("remedy"), "change it");
}

TEST(ProgramOutput, IsWhatASuccessfulProgramWrites) {
  EXPECT_EQ(program_output({"printf", "%s|", "it's", "a b", "$HOME"}), "it's|a b|$HOME|");
  EXPECT_FALSE(program_output({"false"}));
  EXPECT_FALSE(program_output({"/nowhere/program"}));
}

TEST(Doctor, NamesTheFastestComputeType) {
  const Finding found =
      check_compute_types([](ComputeType type) { return type == ComputeType::bfloat16 ? 3e11 : 1e11; });
  EXPECT_EQ(found.verdict, Verdict::ok);
  EXPECT_NE(found.value.find("float32 100, bfloat16 300, float16 100; fastest: --dtype bfloat16"),
            std::string::npos)
      << found.value;
  const Finding missing =
      check_compute_types([](ComputeType) -> double { throw std::runtime_error{"no engine"}; });
  EXPECT_EQ(missing.verdict, Verdict::note);
}

}  // namespace
}  // namespace harsanyi
