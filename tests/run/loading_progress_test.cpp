#include "orchestrator/run/loading_progress.hpp"

#include <thread>

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(LoadingProgress, IsSilentForModelsThatLoadQuickly) {
  LoadingProgress progress{"small", std::chrono::hours{1}};
  testing::internal::CaptureStderr();
  for (int layer = 1; layer <= 30; ++layer) progress(layer, 30);
  EXPECT_EQ(testing::internal::GetCapturedStderr(), "");
}

TEST(LoadingProgress, SaysHowFarALargeOneIs) {
  LoadingProgress progress{"large", std::chrono::milliseconds{1}};
  std::this_thread::sleep_for(std::chrono::milliseconds{2});
  testing::internal::CaptureStderr();
  progress(12, 64);
  EXPECT_NE(testing::internal::GetCapturedStderr().find("loading large: 12 of 64 layers"), std::string::npos);
}

}  // namespace
}  // namespace harsanyi
