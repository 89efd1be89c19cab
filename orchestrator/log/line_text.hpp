#pragma once

#include <chrono>
#include <string>

#include "orchestrator/log/log.hpp"

namespace harsanyi {

/// A line of the log without its end.
struct LogLine {
  const LogEvent& event;
  const LogWriter& writer;
  std::chrono::system_clock::time_point time;
  int left_out = 0;  ///< events of the same kind before it
};

/// "2026-01-31 17:05:09 rank 3 warning: ...", in local time. Control characters are written as \n or \x1b.
[[nodiscard]] std::string text_of(const LogLine& line);

/// {"time": "2026-01-31T16:05:09.123Z", "level": ..., "rank": 3, "command": "sweep", "unit": ..., "message":
/// ..., "left_out": ...}; `unit` and `left_out` only where there is one. Bytes that are not UTF-8 become
/// U+FFFD.
[[nodiscard]] std::string json_of(const LogLine& line);

}  // namespace harsanyi
