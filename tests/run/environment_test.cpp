#include "orchestrator/run/environment.hpp"

#include <cstdlib>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

constexpr const char* kName = "HARSANYI_TEST_VARIABLE";

TEST(Environment, AMissingVariableIsEmptyAndNoNumber) {
  ::unsetenv(kName);
  EXPECT_EQ(environment(kName), "");
  EXPECT_EQ(number_in_environment(kName), std::nullopt);
}

TEST(Environment, OnlyAWholeNumberIsANumber) {
  ::setenv(kName, "12", /*overwrite=*/1);
  EXPECT_EQ(number_in_environment(kName), 12);
  for (const char* text : {"", "12x", "x", "1.5", "99999999999"}) {
    ::setenv(kName, text, /*overwrite=*/1);
    EXPECT_EQ(environment(kName), text);
    EXPECT_EQ(number_in_environment(kName), std::nullopt) << text;
  }
  ::unsetenv(kName);
}

}  // namespace
}  // namespace harsanyi
