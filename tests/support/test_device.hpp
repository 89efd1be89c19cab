#pragma once

#include <cstdlib>

#include "worker/model/device_choice.hpp"

namespace harsanyi::test {

/// The device that HARSANYI_TEST_DEVICE names: cpu, operators or gpu.
[[nodiscard]] inline DeviceChoice device_under_test(DeviceChoice where_not_set) {
  const char* name = std::getenv("HARSANYI_TEST_DEVICE");
  return name == nullptr ? where_not_set : parse_enum<DeviceChoice>(name);
}

}  // namespace harsanyi::test
