#include "orchestrator/job/method_fact.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(MethodFact, IsSplitIntoWhatItWasMadeOf) {
  using Layers = std::vector<std::string>;
  for (const Layers& layers : {Layers{}, Layers{"all"}, Layers{"0-3,7", "none", "all"}}) {
    const auto [method, back] = split_method_fact(method_fact("gac", layers));
    EXPECT_EQ(method, "gac");
    EXPECT_EQ(back, layers);
  }
  EXPECT_EQ(method_fact("gac", {"0-3", "all"}), "gac; layers 0-3; layers all");
}

}  // namespace
}  // namespace harsanyi
