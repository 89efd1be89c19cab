#include "orchestrator/run/stop_signal.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(StopSignals, RememberTheFirstSignal) {
  const StopSignals signals;
  EXPECT_EQ(received_stop_signal(), std::nullopt);
  std::raise(SIGUSR1);
  EXPECT_EQ(received_stop_signal(), SIGUSR1);
  std::raise(SIGTERM);
  std::raise(SIGINT);
  EXPECT_EQ(received_stop_signal(), SIGUSR1);
}

TEST(StopSignals, StartAfresh) {
  {
    const StopSignals signals;
    std::raise(SIGINT);
    EXPECT_EQ(received_stop_signal(), SIGINT);
  }
  EXPECT_EQ(received_stop_signal(), std::nullopt);
  const StopSignals signals;
  EXPECT_EQ(received_stop_signal(), std::nullopt);
  std::raise(SIGINT);  // the first one again
  EXPECT_EQ(received_stop_signal(), SIGINT);
}

TEST(StopSignals, PutTheFormerHandlersBack) {
  struct sigaction before {};
  struct sigaction after {};
  sigaction(SIGTERM, nullptr, &before);
  { const StopSignals signals; }
  sigaction(SIGTERM, nullptr, &after);
  EXPECT_EQ(before.sa_handler, after.sa_handler);
}

TEST(StopSignalsDeathTest, ASecondInterruptEndsTheProcess) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        const StopSignals signals;
        std::raise(SIGINT);
        std::raise(SIGINT);
      },
      testing::ExitedWithCode(130), "");
}

TEST(StopSignals, HaveNames) {
  EXPECT_EQ(signal_name(SIGINT), "SIGINT");
  EXPECT_EQ(signal_name(SIGUSR1), "SIGUSR1");
  EXPECT_EQ(signal_name(9999), "signal 9999");
}

}  // namespace
}  // namespace harsanyi
