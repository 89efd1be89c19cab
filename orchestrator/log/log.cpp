#include "orchestrator/log/log.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <ostream>
#include <utility>

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include "orchestrator/log/line_text.hpp"
#include "orchestrator/log/repeats.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

constexpr std::string_view kRank = "{rank}";

bool is_terminal() {
  return ::isatty(STDERR_FILENO) != 0;
}

/// The file of this rank; empty if it has none.
std::filesystem::path file_of(const LogOptions& options, int rank) {
  std::string name = options.file.string();
  const auto place = name.find(kRank);
  if (place == std::string::npos) return rank == 0 ? options.file : std::filesystem::path{};
  return name.replace(place, kRank.size(), std::to_string(rank));
}

spdlog::sink_ptr open_file(const std::filesystem::path& file) {
  try {
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
  } catch (const spdlog::spdlog_ex& error) {
    throw StorageError{fmt::format("cannot write the log '{}' ({}); choose another --log-file", file.string(),
                                   error.what())};
  }
}

/// Writes finished lines to one sink, or nowhere.
class Destination {
 public:
  explicit Destination(spdlog::sink_ptr sink) : logger_{"harsanyi", std::move(sink)} {
    logger_.set_pattern("%v");
    logger_.flush_on(spdlog::level::info);  // a killed run has all its lines
  }
  void write(const std::string& line) { logger_.info("{}", line); }

 private:
  spdlog::logger logger_;
};

class Log {
 public:
  Log(const LogOptions& options, LogWriter writer) : options_{options}, writer_{std::move(writer)} {
    if (is_shown()) shown_.emplace(std::make_shared<spdlog::sinks::stderr_sink_mt>());
    if (const auto file = file_of(options_, writer_.rank); !file.empty()) kept_.emplace(open_file(file));
  }

  void write(const LogEvent& event, bool to_file_alone = false) {
    if (event.level < options_.level) return;
    int left_out = 0;
    if (!event.kind.empty()) {
      const std::lock_guard lock{mutex_};
      const auto before = repeats_.next(event.kind, Repeats::Clock::now());
      if (!before) return;
      left_out = *before;
    }
    const std::string line = line_of(event, left_out);
    if (shown_ && !to_file_alone) shown_->write(line);
    if (kept_) kept_->write(line);
  }

  void tell_left_out() {
    std::map<std::string, int> left_out;
    {
      const std::lock_guard lock{mutex_};
      left_out = repeats_.take_left_out();
    }
    for (const auto& [kind, count] : left_out)
      write({.level = LogLevel::warning, .message = fmt::format("{}: {} more were left out", kind, count)});
  }

  [[nodiscard]] std::string line_of(const LogEvent& event, int left_out) const {
    const LogLine line{event, writer_, std::chrono::system_clock::now(), left_out};
    return is_json() ? json_of(line) : text_of(line);
  }
  [[nodiscard]] bool is_json() const noexcept { return options_.format == LogFormat::json; }
  [[nodiscard]] bool is_shown() const { return writer_.rank == 0 && (is_json() || !is_terminal()); }

 private:
  LogOptions options_;
  LogWriter writer_;
  std::optional<Destination> shown_;
  std::optional<Destination> kept_;
  std::mutex mutex_;
  Repeats repeats_;
};

std::shared_ptr<Log>& current() {
  static auto log = std::make_shared<Log>(LogOptions{}, LogWriter{});
  return log;
}

}  // namespace

LogScope::LogScope(const LogOptions& options, const LogWriter& writer) {
  current() = std::make_shared<Log>(options, writer);
}

LogScope::~LogScope() {
  try {
    current()->tell_left_out();
    current() = std::make_shared<Log>(LogOptions{}, LogWriter{});
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see write_log
  }
}

void write_log(const LogEvent& event) noexcept {
  try {
    current()->write(event);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no result may be lost for a line
  }
}

void keep_in_log(const LogEvent& event) noexcept {
  try {
    current()->write(event, /*to_file_alone=*/true);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): see write_log
  }
}

bool log_is_shown() {
  return current()->is_shown();
}

void tell(std::ostream& out, const LogEvent& event, std::string_view plain) {
  keep_in_log(event);
  out << (current()->is_json() ? current()->line_of(event, 0) : std::string{plain}) << '\n' << std::flush;
}

}  // namespace harsanyi
