#include "orchestrator/cli/status_text.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

using std::chrono::seconds;

RunStatus half_way() {
  return {.state = RunState::running,
          .title = "sweep",
          .progress = {.units = 10, .done_now = 5, .cost_done = 1.0, .cost_left = 1.0, .seconds = 10.0},
          .ranks = 4,
          .host = "n1",
          .pid = 77,
          .job = "12",
          .restarts = 1};
}

TEST(StatusText, NamesStateProgressPlaceAndAge) {
  const RunStatus status = half_way();
  EXPECT_EQ(status_text(status, status.written + seconds{3}),
            "sweep: running: 5/10 units, 5 left, 0.5 units/s, 10 s left\n"
            "4 ranks, rank 0 is process 77 on n1; Slurm job 12, restarted 1 times\n"
            "written 3.0 s ago\n");
}

TEST(StatusText, ARunningOneThatIsSilentIsNamed) {
  RunStatus status = half_way();
  EXPECT_NE(status_text(status, status.written + seconds{61}).find("SILENT"), std::string::npos);
  EXPECT_EQ(status_text(status, status.written + seconds{59}).find("SILENT"), std::string::npos);
  status.state = RunState::complete;
  EXPECT_EQ(status_text(status, status.written + seconds{3600}).find("SILENT"), std::string::npos);
}

TEST(StatusText, AnInterruptedOneSaysHowToGoOn) {
  RunStatus status = half_way();
  status.state = RunState::interrupted;
  EXPECT_NE(status_text(status, status.written).find("the same command goes on"), std::string::npos);
}

}  // namespace
}  // namespace harsanyi
