#include "orchestrator/cli/outcome.hpp"

#include <csignal>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(ExitCodeOf, SaysHowARunEnded) {
  EXPECT_EQ(exit_code_of({.units = 3, .done_now = 3}), ExitCode::ok);
  EXPECT_EQ(exit_code_of({.units = 3, .done_now = 1, .left = 2, .interrupted_by = SIGINT}),
            ExitCode::interrupted);
  EXPECT_EQ(exit_code_of({.units = 3, .done_now = 1, .left = 2, .interrupted_by = SIGTERM}),
            ExitCode::ended_early);
  EXPECT_EQ(exit_code_of({.units = 3, .done_now = 2, .set_aside = {{UnitId{1}, "no"}}}),
            ExitCode::incomplete);
}

TEST(ExitCodeOf, AsksForAnotherRunWhereRanksWereLost) {
  EXPECT_EQ(exit_code_of({.units = 3, .done_now = 1, .left = 2}), ExitCode::ended_early);
}

/// A unit that was set aside leaves later rounds of its layer open; another run would meet it again.
TEST(ExitCodeOf, AsksForNoOtherRunWhereUnitsWereSetAside) {
  EXPECT_EQ(exit_code_of({.units = 3, .done_now = 1, .left = 1, .set_aside = {{UnitId{1}, "no"}}}),
            ExitCode::incomplete);
}

}  // namespace
}  // namespace harsanyi
