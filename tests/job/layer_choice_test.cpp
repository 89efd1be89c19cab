#include "orchestrator/job/layer_choice.hpp"

#include <fstream>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

TEST(LayerChoice, ReadsBackWhatItWrote) {
  const test::TempFolder folder;
  write_layer_choice(folder / "layers.json",
                     {.layers = {3, 0}, .split = ScoredPart::scored, .scores = {0.5, 0.75, 1.0}});
  const LayerChoice choice = read_layer_choice(folder / "layers.json");
  EXPECT_EQ(choice.layers, (std::vector{3, 0}));
  EXPECT_EQ(choice.split, ScoredPart::scored);
  EXPECT_EQ(choice.scores, (std::vector{0.5, 0.75, 1.0}));
}

// A layer below 0 would mark bits in front of a list; one beyond int has no number.
TEST(LayerChoice, RefusesLayersThatAreNone) {
  const test::TempFolder folder;
  for (const char* layers : {"[-1]", "[1e300]", "[1.5]", "[4294967296]", "[\"3\"]", "3", "[[]]"}) {
    std::ofstream{folder / "layers.json"} << R"({"split": "scored", "scores": [0.5], "layers": )" << layers
                                          << "}";
    EXPECT_THROW((void)read_layer_choice(folder / "layers.json"), ConfigError) << layers;
  }
  EXPECT_THROW((void)read_layer_choice(folder / "none.json"), ConfigError);
}

}  // namespace
}  // namespace harsanyi
