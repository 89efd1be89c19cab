#pragma once

#include <array>
#include <filesystem>
#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

enum class LogFormat { text, json };
enum class LogLevel { debug, info, warning, error };

template <>
struct EnumNames<LogFormat> {
  static constexpr std::string_view kind = "log format";
  static constexpr std::array names{std::pair{LogFormat::text, std::string_view{"text"}},
                                    std::pair{LogFormat::json, std::string_view{"json"}}};
};
template <>
struct EnumNames<LogLevel> {
  static constexpr std::string_view kind = "log level";
  static constexpr std::array names{std::pair{LogLevel::debug, std::string_view{"debug"}},
                                    std::pair{LogLevel::info, std::string_view{"info"}},
                                    std::pair{LogLevel::warning, std::string_view{"warning"}},
                                    std::pair{LogLevel::error, std::string_view{"error"}}};
};

struct LogOptions {
  LogFormat format = LogFormat::text;
  LogLevel level = LogLevel::info;  ///< the least that is written
  /// Lines are appended to it. `{rank}` in its name stands for the rank, and then every rank has its own;
  /// without it rank 0 alone writes. Empty: none.
  std::filesystem::path file;
};

/// What one line tells. Texts may hold any bytes: a line stays one line, and a line of JSON valid.
struct LogEvent {
  LogLevel level = LogLevel::info;
  std::string message;
  std::string unit = {};  ///< of work that it is about
  /// Of events of one kind only the first ten in every minute are written; the next one that is tells how
  /// many were left out. Empty: all are written.
  std::string kind = {};
};

/// Who writes; stands in every line.
struct LogWriter {
  std::string name = "harsanyi";  ///< the command, "sweep"
  int rank = 0;
};

/// The log of this process, from here to the end of the scope, in the place of the one before. Lines go to
/// the file, and to standard error: from rank 0, unless it is a terminal and the format is text, for then the
/// progress line is there. Without any LogScope there is a log of text on standard error.
class LogScope {
 public:
  /// @throws StorageError  if the file cannot be written
  LogScope(const LogOptions& options, const LogWriter& writer);
  LogScope(const LogScope&) = delete;
  LogScope& operator=(const LogScope&) = delete;
  ~LogScope();  ///< writes what was left out
};

/// Any thread may write. A line that cannot be written is lost: no result may be lost for it.
void write_log(const LogEvent& event) noexcept;

/// Whether the log is on standard error, where a progress line would be in its way.
[[nodiscard]] bool log_is_shown();

/// A message that the user gets in any case: into the file as an event; on `out`, standard error as a rule,
/// as `plain` or, where the format is JSON, as a line of the log.
void tell(std::ostream& out, const LogEvent& event, std::string_view plain);
/// The same for a message that another rank shows: into the file alone.
void keep_in_log(const LogEvent& event) noexcept;

}  // namespace harsanyi
