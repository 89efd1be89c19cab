#pragma once

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi::test {

/// What the BenchmarkError that `call` throws says.
inline std::string message_of(const std::function<void()>& call) {
  try {
    call();
  } catch (const BenchmarkError& e) {
    return e.what();
  }
  return "no BenchmarkError";
}

inline void expect_parts(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts)
    EXPECT_NE(message.find(part), std::string::npos) << part << " in " << message;
}

}  // namespace harsanyi::test
