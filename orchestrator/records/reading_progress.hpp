#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "orchestrator/run/progress.hpp"

namespace harsanyi {

/// Progress of going through the units of a record; silent for the first seconds, and so for small files.
class ReadingProgress {
 public:
  ReadingProgress(std::string title, int units);
  /// One unit more is read.
  void advance();

 private:
  std::string title_;
  RunProgress progress_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  std::unique_ptr<ProgressSink> shown_;
};

}  // namespace harsanyi
