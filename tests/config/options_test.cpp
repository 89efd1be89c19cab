#include <fstream>

#include <gtest/gtest.h>

#include "orchestrator/config/doctor_options.hpp"
#include "orchestrator/config/evaluate_options.hpp"
#include "orchestrator/config/forward_options.hpp"
#include "orchestrator/config/inspect_options.hpp"
#include "orchestrator/config/layers_options.hpp"
#include "orchestrator/config/plan_options.hpp"
#include "orchestrator/config/report_options.hpp"
#include "orchestrator/config/select_options.hpp"
#include "orchestrator/config/slurm_options.hpp"
#include "orchestrator/config/status_options.hpp"
#include "orchestrator/config/sweep_options.hpp"
#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

/// Parses and checks as the program does.
template <class Options>
Options parsed(const std::vector<std::string>& arguments) {
  Options options;
  OptionSet set{"command"};
  describe(set, options);
  if (set.parse(arguments) == Request::run)
    if constexpr (requires { check(options); }) check(options);
  return options;
}

template <class Options>
std::string message_for(const std::vector<std::string>& arguments) {
  try {
    (void)parsed<Options>(arguments);
  } catch (const ConfigError& e) {
    return e.what();
  }
  return "no ConfigError";
}

template <class Options>
std::string configuration_of(const std::vector<std::string>& arguments) {
  Options options;
  OptionSet set{"command"};
  describe(set, options);
  (void)set.parse(arguments);
  return set.configuration();
}

using Arguments = std::vector<std::string>;

const Arguments kSweep{"--model", "m", "--benchmark", "sst2", "--cube", "c.h5"};
const Arguments kEvaluate{"--model", "m", "--groups", "g.h5", "--benchmark", "sst2", "--results", "r.h5"};

Arguments operator+(Arguments left, const Arguments& right) {
  left.insert(left.end(), right.begin(), right.end());
  return left;
}

template <class Options>
class EveryCommand : public testing::Test {};
using AllOptions =
    testing::Types<DoctorOptions, EvaluateOptions, ForwardOptions, InspectOptions, LayersOptions, PlanOptions,
                   ReportOptions, SelectOptions, SlurmOptions, StatusOptions, SweepOptions>;
TYPED_TEST_SUITE(EveryCommand, AllOptions);

TYPED_TEST(EveryCommand, ReadsBackTheConfigurationItPrints) {
  const test::TempFolder folder;
  const std::string printed = configuration_of<TypeParam>({"--print-config"});
  std::ofstream{folder / "run.ini"} << printed;
  EXPECT_EQ(configuration_of<TypeParam>({"--config", (folder / "run.ini").string(), "--print-config"}),
            printed);
}

TEST(SweepOptions, StopEarlyOnlyWhenAsked) {
  EXPECT_EQ(parsed<SweepOptions>(kSweep).stopping, Stopping::full);
  const auto options =
      parsed<SweepOptions>(kSweep + Arguments{"--stopping", "elimination", "--stopping-confidence", "0.9",
                                              "--stopping-first-samples", "40"});
  EXPECT_EQ(options.stopping, Stopping::elimination);
  EXPECT_EQ(options.stopping_confidence, 0.9);
  EXPECT_EQ(options.stopping_first_samples, 40);
}

TEST(SweepOptions, RefuseStoppingOptionsThatWouldDoNothingOrHarm) {
  EXPECT_NE(message_for<SweepOptions>(kSweep + Arguments{"--stopping-confidence", "0.9"})
                .find("without --stopping elimination"),
            std::string::npos);
  EXPECT_NE(message_for<SweepOptions>(kSweep + Arguments{"--stopping", "elimination", "--unit-layers", "4"})
                .find("--unit-layers"),
            std::string::npos);
  for (const char* bad : {"1", "0.4", "nan", "95"})
    EXPECT_NE(message_for<SweepOptions>(kSweep +
                                        Arguments{"--stopping", "elimination", "--stopping-confidence", bad})
                  .find("0.5 to 0.999999"),
              std::string::npos)
        << bad;
}

TEST(SweepOptions, HaveThePapersDefaults) {
  const auto options = parsed<SweepOptions>(kSweep);
  EXPECT_EQ(options.model.folder, "m");
  EXPECT_EQ(options.data.benchmarks, Arguments{"sst2"});
  EXPECT_EQ(options.samples, 300);
  EXPECT_EQ(options.seed, 42U);
  EXPECT_EQ(options.epsilon, 1e-5);
  EXPECT_EQ(options.mask, MaskKind::undifferentiated);
  EXPECT_FALSE(options.value) << "the benchmarks say what a value measures";
  EXPECT_EQ(options.attempts, 3);
  EXPECT_EQ(options.data.benchmark_table, "");
  EXPECT_TRUE(std::filesystem::exists(benchmark_table_folder("") / "sst2.json"));
}

TEST(Convention, OfTheReleaseSetsEveryChoiceAtOnce) {
  const Arguments release{"--convention", "release"};
  const auto sweep = parsed<SweepOptions>(kSweep + release);
  EXPECT_EQ(sweep.samples, 900);
  EXPECT_EQ(sweep.epsilon, 1e-10);
  EXPECT_EQ(sweep.data.letters, LetterRule::release);
  const auto select = parsed<SelectOptions>(Arguments{"--cube", "c.h5"} + release);
  EXPECT_EQ(select.orientation, Orientation::masked);
  EXPECT_EQ(select.zero, ZeroRule::code);
  EXPECT_EQ(select.edited, EditedHeads::inside_group);
  EXPECT_EQ(select.rule, SelectionRule::max_dividend_with_empty);
  EXPECT_EQ(select.scale_of(ValueKind::label_set), ValueScale::probability);
  EXPECT_EQ(select.scale_of(ValueKind::full_vocabulary), ValueScale::measured);
  const auto evaluate = parsed<EvaluateOptions>(kEvaluate + release);
  EXPECT_EQ(evaluate.calibration.beta, 0.4);
  EXPECT_EQ(evaluate.calibration.decoding, DecodeCalibration::row_only);
}

TEST(Convention, LeavesWhatIsNamedItselfWhereverItStands) {
  const auto sweep =
      parsed<SweepOptions>(Arguments{"--samples", "7"} + kSweep + Arguments{"--convention", "release"});
  EXPECT_EQ(sweep.samples, 7);
  EXPECT_EQ(sweep.epsilon, 1e-10);
  const auto select =
      parsed<SelectOptions>({"--cube", "c.h5", "--value-scale", "measured", "--convention", "release"});
  EXPECT_EQ(select.scale_of(ValueKind::label_set), ValueScale::measured);
  EXPECT_EQ(select.zero, ZeroRule::code);
}

TEST(Convention, OfAFileIsReplacedByThatOfTheCommandLineButItsOtherLinesStand) {
  const test::TempFolder folder;
  std::ofstream{folder / "sweep.ini"} << "convention = release\nsamples = 11\n";
  const Arguments file{"--config", (folder / "sweep.ini").string()};
  EXPECT_EQ(parsed<SweepOptions>(kSweep + file).epsilon, 1e-10);
  const auto paper = parsed<SweepOptions>(kSweep + file + Arguments{"--convention", "paper"});
  EXPECT_EQ(paper.epsilon, 1e-5);
  EXPECT_EQ(paper.samples, 11);
}

TEST(LayersOptions, ChooseByCalibrationRowsAndNeedSome) {
  const Arguments search{"--model", "m", "--groups", "g.h5", "--benchmark", "sst2", "--out", "layers"};
  EXPECT_NE(message_for<LayersOptions>(search).find("--calibration-samples"), std::string::npos);
  EXPECT_EQ(parsed<LayersOptions>(search + Arguments{"--calibration-samples", "20"}).split,
            ScoredPart::calibration);
  EXPECT_EQ(parsed<LayersOptions>(search + Arguments{"--split", "scored"}).split, ScoredPart::scored);
  EXPECT_NE(
      message_for<LayersOptions>(search + Arguments{"--split", "scored", "--model", "n", "--groups", "h.h5"})
          .find("one model"),
      std::string::npos);
}

TEST(EvaluateOptions, TakeLayersFromOnePlaceAlone) {
  const Arguments found{"--layers-from", "layers.json"};
  EXPECT_NE(
      message_for<EvaluateOptions>(kEvaluate + found + Arguments{"--layers", "0-2"}).find("give one of them"),
      std::string::npos);
  EXPECT_NE(message_for<EvaluateOptions>(kEvaluate + found + found).find("one per model"), std::string::npos);
}

TEST(SweepOptions, RefuseWhatIsOutOfRange) {
  EXPECT_NE(message_for<SweepOptions>(kSweep + Arguments{"--samples", "0"}).find("at least 1"),
            std::string::npos);
  EXPECT_NE(message_for<SweepOptions>(kSweep + Arguments{"--epsilon", "-1e-9"}).find("--epsilon"),
            std::string::npos);
  EXPECT_NE(message_for<SweepOptions>(kSweep + Arguments{"--epsilon", "inf"}).find("--epsilon"),
            std::string::npos);
  EXPECT_NE(message_for<SweepOptions>(kSweep + Arguments{"--threads", "-1"}).find("--threads"),
            std::string::npos);
  EXPECT_EQ(parsed<SweepOptions>(kSweep + Arguments{"--epsilon", "0"}).epsilon, 0.0);
}

TEST(SweepOptions, NeedModelBenchmarkAndCube) {
  for (const char* name : {"--model", "--benchmark", "--cube"}) {
    Arguments arguments = kSweep;
    const auto at = std::find(arguments.begin(), arguments.end(), name);
    arguments.erase(at, at + 2);
    EXPECT_NE(message_for<SweepOptions>(arguments).find(std::string{"needs "} + name), std::string::npos)
        << name;
  }
}

TEST(SweepOptions, RefuseRowsForSeveralBenchmarks) {
  const Arguments rows{"--calibration-rows", "x.jsonl"};
  EXPECT_EQ(parsed<SweepOptions>(kSweep + rows).data.calibration_rows, "x.jsonl");
  EXPECT_NE(message_for<SweepOptions>(kSweep + rows + Arguments{"--benchmark", "mr"}).find("one benchmark"),
            std::string::npos);
  EXPECT_NE(message_for<SweepOptions>(kSweep + Arguments{"--benchmark", "sst2"}).find("twice"),
            std::string::npos);
}

TEST(PlanOptions, ReadTheSweepsFileButNeedNoCube) {
  const test::TempFolder folder;
  std::ofstream{folder / "sweep.ini"} << configuration_of<SweepOptions>(kSweep);
  EXPECT_EQ(parsed<PlanOptions>({"--config", (folder / "sweep.ini").string()}).sweep.cube, "c.h5");
  EXPECT_NO_THROW((void)parsed<PlanOptions>({"--model", "config.json", "--benchmark", "mr"}));
}

TEST(EvaluateOptions, TakeModelsAndGroupsInOrder) {
  const auto options = parsed<EvaluateOptions>(kEvaluate + Arguments{"--model", "n", "--groups", "h.h5"});
  EXPECT_EQ(options.models, (std::vector<std::filesystem::path>{"m", "n"}));
  EXPECT_EQ(options.groups, (std::vector<std::filesystem::path>{"g.h5", "h.h5"}));
  EXPECT_EQ(options.methods, (std::vector{EvaluationMethod::vanilla, EvaluationMethod::gac}));
  EXPECT_EQ(options.calibration.alpha, 0.1);
  EXPECT_EQ(options.calibration.layers, LayerList{});
}

TEST(EvaluateOptions, RefuseWhatDoesNotFitTogether) {
  const auto message = [](const Arguments& more) { return message_for<EvaluateOptions>(kEvaluate + more); };
  EXPECT_NE(message({"--model", "n"}).find("2 models, 1 groups"), std::string::npos);
  EXPECT_NE(message({"--model", "m", "--groups", "h.h5"}).find("same folder twice"), std::string::npos);
  EXPECT_NE(message({"--method", "gac", "--method", "gac"}).find("same method twice"), std::string::npos);
  EXPECT_NE(message({"--method", "vanilla"}).find("no use without --method gac"), std::string::npos);
  EXPECT_NE(message({"--benchmark", "mr", "--scored-rows", "x"}).find("--scored-rows"), std::string::npos);
  EXPECT_NE(message({"--alpha", "1.5"}).find("from 0 to 1"), std::string::npos);
  EXPECT_NE(message({"--beta", "-0.1"}).find("from 0 to 1"), std::string::npos);
  EXPECT_NE(message({"--layers", "3-"}).find("a list such as all"), std::string::npos);
}

TEST(ReportOptions, NeedSomethingToReportOn) {
  EXPECT_NE(message_for<ReportOptions>({}).find("nothing to report on"), std::string::npos);
  EXPECT_NE(message_for<ReportOptions>({"--cube", "c", "--attention-before", "b"}).find("belong together"),
            std::string::npos);
  EXPECT_NO_THROW((void)parsed<ReportOptions>({"--results", "r"}));
}

const Arguments kSlurm{"--model", "models/one", "--sweep", "s.ini", "--evaluate", "e.ini"};

TEST(SlurmOptions, TakeTheClustersFileBelowWhatIsNamed) {
  const test::TempFolder folder;
  std::ofstream{folder / "site.ini"} << "partition = gpu\ncores-per-node = 64\nsetup = module load a\n";
  const Arguments site{"--cluster", (folder / "site.ini").string()};
  const auto options = parsed<SlurmOptions>(kSlurm + Arguments{"--partition", "debug"} + site);
  EXPECT_EQ(options.cluster.partition, "debug");
  EXPECT_EQ(options.cluster.cores_per_node, 64);
  EXPECT_EQ(options.cluster.setup, std::vector<std::string>{"module load a"});
  std::ofstream{folder / "site.ini"} << "partitoin = gpu\n";
  EXPECT_NE(message_for<SlurmOptions>(kSlurm + site)
                .find("site.ini:1: 'slurm' has no option 'partitoin'; the "
                      "nearest is 'partition'"),
            std::string::npos);
}

TEST(SlurmOptions, ShippedClustersAreRead) {
  for (const auto& file : std::filesystem::directory_iterator{HARSANYI_SOURCE_DIR "/configs/clusters"})
    EXPECT_GT(
        parsed<SlurmOptions>(kSlurm + Arguments{"--cluster", file.path().string()}).cluster.cores_per_node,
        1);
}

TEST(SlurmOptions, RefuseStagesThatMakeNoChain) {
  EXPECT_NE(
      message_for<SlurmOptions>({"--model", "m", "--sweep", "s.ini"}).find("stage evaluate needs --evaluate"),
      std::string::npos);
  EXPECT_EQ(parsed<SlurmOptions>({"--model", "m", "--sweep", "s.ini", "--stage", "sweep"}).stages.size(), 1U);
  for (const char* second : {"sweep", "evaluate"})
    EXPECT_NE(
        message_for<SlurmOptions>(kSlurm + Arguments{"--stage", "evaluate", "--stage", second}).find("order"),
        std::string::npos);
}

TEST(SlurmOptions, RefuseModelsWhoseOutputsWouldMeet) {
  EXPECT_NE(message_for<SlurmOptions>(kSlurm + Arguments{"--model", "others/one/"}).find("others/one/"),
            std::string::npos);
  EXPECT_EQ(name_of_model("models/one/"), "one");
}

TEST(PlanOptions, TakeDevicesAndGroups) {
  const Arguments base{"--model", "m", "--benchmark", "b"};
  const auto options = parsed<PlanOptions>(base + Arguments{"--device-profile", "own.json", "--devices", "16",
                                                            "--most-ranks", "4", "--tensor-parallel", "2"});
  EXPECT_EQ(options.device_profile, "own.json");
  EXPECT_EQ(options.devices, 16);
  EXPECT_EQ(options.most_ranks, 4);
  EXPECT_EQ(options.sweep.model.compute.tensor_parallel, 2);
  EXPECT_EQ(parsed<PlanOptions>(base).sweep.model.compute.tensor_parallel, 1);
  for (const char* option : {"--most-ranks", "--tensor-parallel"})
    EXPECT_NE(message_for<PlanOptions>(base + Arguments{option, "0"}).find(option + 2), std::string::npos);
}

TEST(InspectOptions, TakeTheFileAsAFreeArgument) {
  const auto options = parsed<InspectOptions>({"--verify", "cube.h5"});
  EXPECT_EQ(options.file, "cube.h5");
  EXPECT_TRUE(options.verify);
  EXPECT_NE(message_for<InspectOptions>({"--verify"}).find("--file"), std::string::npos);
}

TEST(ForwardOptions, NeedExactlyOnePrompt) {
  const Arguments base{"--model", "m", "--out", "f.h5"};
  EXPECT_NE(message_for<ForwardOptions>(base).find("exactly one"), std::string::npos);
  EXPECT_NE(message_for<ForwardOptions>(base + Arguments{"--text", "a", "--tokens", "1"}).find("2 are given"),
            std::string::npos);
  const auto options = parsed<ForwardOptions>(base + Arguments{"--tokens", "1,2,3", "--mask", "3:{0,2}"});
  EXPECT_EQ(options.tokens->ids, (std::vector<std::int32_t>{1, 2, 3}));
  EXPECT_EQ(options.mask->present, Coalition{5});
  EXPECT_NE(message_for<ForwardOptions>(base + Arguments{"--text", "a", "--groups", "g"}).find("--calibrate"),
            std::string::npos);
}

}  // namespace
}  // namespace harsanyi
