#include "orchestrator/config/option_set.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "partition/game/conventions.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

struct Toy {
  int samples = 300;
  double alpha = 0.1;
  std::uint64_t seed = 42;
  MaskKind mask = MaskKind::undifferentiated;
  std::vector<std::string> names{"default"};
  std::optional<std::string> text;
  std::filesystem::path out;
  bool dry_run = false;
};

void describe(OptionSet& set, Toy& toy) {
  set.begin_group("Numbers");
  set.add({"samples", "N", "how many"}, toy.samples, at_least(1));
  set.add({"alpha", "X", "a share"}, toy.alpha, Bounds<double>{0.0, 1.0});
  set.add({"seed", "N", "of the draw"}, toy.seed);
  set.begin_group("Words");
  set.add({"mask", "KIND", "what happens"}, toy.mask);
  set.add({"name", "NAME", "who"}, toy.names);
  set.add({"text", "TEXT", "what"}, toy.text);
  set.add({"out", "FILE", "where"}, toy.out);
  set.set_positional({"out"});
  set.add_switch("dry-run", "compute nothing", toy.dry_run);
}

class Options : public testing::Test {
 protected:
  Request parse(std::vector<std::string> arguments) {
    toy_ = {};
    OptionSet set{"toy"};
    describe(set, toy_);
    const Request request = set.parse(arguments);
    configuration_ = set.configuration();
    return request;
  }
  std::string message_for(const std::vector<std::string>& arguments) {
    try {
      (void)parse(arguments);
    } catch (const ConfigError& e) {
      return e.what();
    }
    return "no ConfigError";
  }
  std::string write(const std::string& text) const {
    std::ofstream{folder_ / "run.ini"} << text;
    return (folder_ / "run.ini").string();
  }

  test::TempFolder folder_;
  Toy toy_;
  std::string configuration_;
};

TEST_F(Options, KeepTheirDefaults) {
  EXPECT_EQ(parse({}), Request::run);
  EXPECT_EQ(toy_.samples, 300);
  EXPECT_EQ(toy_.names, std::vector<std::string>{"default"});
  EXPECT_FALSE(toy_.text);
  EXPECT_TRUE(toy_.out.empty());
}

TEST_F(Options, AreFilledFromTheCommandLine) {
  (void)parse({"--samples", "5", "--alpha=1", "--mask", "drop", "--name", "a", "--name=b", "--text", "",
               "--dry-run", "cube.h5", "--seed", "18446744073709551615"});
  EXPECT_EQ(toy_.samples, 5);
  EXPECT_EQ(toy_.alpha, 1.0);
  EXPECT_EQ(toy_.seed, 18446744073709551615ULL);
  EXPECT_EQ(toy_.mask, MaskKind::drop);
  EXPECT_EQ(toy_.names, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(toy_.text, "");
  EXPECT_EQ(toy_.out, "cube.h5");
  EXPECT_TRUE(toy_.dry_run);
}

TEST_F(Options, TakeAFreeArgumentBehindASwitch) {
  (void)parse({"--dry-run", "cube.h5"});
  EXPECT_TRUE(toy_.dry_run);
  EXPECT_EQ(toy_.out, "cube.h5");
}

TEST_F(Options, OfTheCommandLineWinOverTheFile) {
  const std::string file = write("samples = 7\nname = x\nname = y\nmask = drop\ndry-run = true\n");
  (void)parse({"--config", file});
  EXPECT_EQ(toy_.samples, 7);
  EXPECT_EQ(toy_.names, (std::vector<std::string>{"x", "y"}));
  EXPECT_TRUE(toy_.dry_run);
  (void)parse({"--samples", "8", "--name", "z", "--dry-run=false", "--config", file});
  EXPECT_EQ(toy_.samples, 8);
  EXPECT_EQ(toy_.names, std::vector<std::string>{"z"});
  EXPECT_EQ(toy_.mask, MaskKind::drop);
  EXPECT_FALSE(toy_.dry_run);
}

TEST_F(Options, PrintedAsConfigurationReadBackTheSame) {
  (void)parse(
      {"--alpha", "0.30000000000000004", "--name", "a#b", "--name", " c ", "--text", "x\ny", "--out", "o"});
  const std::string printed = configuration_;
  EXPECT_EQ(parse({"--config", write(printed), "--print-config"}), Request::print_config);
  EXPECT_EQ(configuration_, printed);
  EXPECT_EQ(toy_.alpha, 0.30000000000000004);
  EXPECT_EQ(toy_.names, (std::vector<std::string>{"a#b", " c "}));
  EXPECT_EQ(toy_.text, "x\ny");
}

TEST_F(Options, NameTheNearestRightOne) {
  EXPECT_EQ(message_for({"--sampels", "3"}),
            "'toy' has no option '--sampels'; the nearest is '--samples' (harsanyi toy --help lists all)");
  EXPECT_EQ(message_for({"--sample=3"}),
            "'toy' has no option '--sample'; the nearest is '--samples' (harsanyi toy --help lists all)");
  const std::string file = write("\nsampels = 3\n");
  EXPECT_EQ(
      message_for({"--config", file}),
      file + ":2: 'toy' has no option 'sampels'; the nearest is 'samples' (harsanyi toy --help lists all)");
}

TEST_F(Options, NameValueAndAllowedRange) {
  EXPECT_EQ(message_for({"--samples", "0"}), "--samples: '0' is not a whole number of at least 1");
  EXPECT_EQ(message_for({"--samples", "3.5"}), "--samples: '3.5' is not a whole number of at least 1");
  EXPECT_EQ(message_for({"--samples", "99999999999"}),
            "--samples: '99999999999' is not a whole number of at least 1");
  EXPECT_EQ(message_for({"--alpha", "1.01"}), "--alpha: '1.01' is not a finite number from 0 to 1");
  EXPECT_EQ(message_for({"--alpha", "nan"}), "--alpha: 'nan' is not a finite number from 0 to 1");
  EXPECT_EQ(message_for({"--alpha", "-0.5"}), "--alpha: '-0.5' is not a finite number from 0 to 1");
  EXPECT_EQ(message_for({"--seed", "-1"}), "--seed: '-1' is not a whole number");
  EXPECT_EQ(message_for({"--mask", "dorp"}), "--mask: 'dorp' is not one of undifferentiated, uniform, drop");
  EXPECT_EQ(message_for({"--dry-run=maybe"}), "--dry-run: 'maybe' is not true or false");
  const std::string file = write("samples = many\n");
  EXPECT_EQ(message_for({"--config", file}),
            file + ":1: samples: 'many' is not a whole number of at least 1");
}

TEST_F(Options, RefuseTwoValuesWhereOneIsTaken) {
  EXPECT_NE(message_for({"--samples", "1", "--samples", "2"}).find("'samples' is given twice"),
            std::string::npos);
  const std::string file = write("samples = 1\nsamples = 2\n");
  EXPECT_NE(message_for({"--config", file}).find("run.ini:2: 'samples' is given twice"), std::string::npos);
  EXPECT_NE(message_for({"a.h5", "b.h5"}).find("'out' is given twice"), std::string::npos);
}

TEST_F(Options, RefuseAMissingValue) {
  EXPECT_NE(message_for({"--samples"}).find("--samples"), std::string::npos);
  EXPECT_NE(message_for({"--out="}).find("--out"), std::string::npos);
}

TEST_F(Options, ThatAreRequiredAreAskedFor) {
  Toy toy;
  OptionSet set{"toy"};
  describe(set, toy);
  set.require("out");
  try {
    (void)set.parse({});
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_STREQ(e.what(), "'toy' needs --out FILE (where); harsanyi toy --help shows an example");
  }
  const std::vector<std::string> print{"--print-config"};
  EXPECT_EQ(set.parse(print), Request::print_config);
  const std::vector<std::string> help{"--help"};
  EXPECT_EQ(set.parse(help), Request::help);
}

TEST_F(Options, HelpShowsGroupsDefaultsAndAllowedValues) {
  Toy toy;
  OptionSet set{"toy"};
  describe(set, toy);
  set.require("out");
  std::ostringstream help;
  set.write_help(help);
  for (const char* part : {"Numbers:", "Words:", "--samples N (=300)", "a whole number of at least 1",
                           "a finite number from 0 to 1", "one of undifferentiated, uniform, drop",
                           "[required]", "may be repeated", "--config FILE"})
    EXPECT_NE(help.str().find(part), std::string::npos) << part << " in\n" << help.str();
}

}  // namespace
}  // namespace harsanyi
