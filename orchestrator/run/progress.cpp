#include "orchestrator/run/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace harsanyi {
namespace {

using std::chrono::steady_clock;

/// Yes at most once in each interval.
class Pace {
 public:
  explicit Pace(std::chrono::milliseconds interval) : interval_{interval} {}
  [[nodiscard]] bool due() {
    const auto now = steady_clock::now();
    if (last_ && now - *last_ < interval_) return false;
    last_ = now;
    return true;
  }
  void restart() { last_ = steady_clock::now(); }

 private:
  std::chrono::milliseconds interval_;
  std::optional<steady_clock::time_point> last_;
};

class TerminalProgress final : public ProgressSink {
 public:
  explicit TerminalProgress(ProgressOptions options)
      : options_{std::move(options)}, pace_{options_.refresh_interval} {}

  TerminalProgress(const TerminalProgress&) = delete;
  TerminalProgress& operator=(const TerminalProgress&) = delete;
  ~TerminalProgress() override {
    if (line_is_open_)
      std::fputc('\n', stderr);  // what follows, an error for instance, gets a line of its own
  }

  void started(const RunProgress& progress) override { advanced(progress); }

  void advanced(const RunProgress& progress) override {
    if (!pace_.due()) return;
    constexpr int kBar = 24;
    std::string line =
        fmt::format("{} {} {}", options_.title, progress_bar(progress, kBar), progress_text(progress));
    if (static_cast<int>(line.size()) >= columns()) line.resize(static_cast<std::size_t>(columns() - 1));
    fmt::print(stderr, "\r{}{}", line, kEraseToEnd);
    std::fflush(stderr);
    line_is_open_ = true;
  }

  void unit_failed(const std::string& unit, const std::string& worker, const std::string& reason) override {
    print(fmt::format("{} failed on {}: {}", unit, worker, reason));
  }
  void warned(const std::string& text) override { print(text); }

  void ended(const RunOutcome& outcome) override {
    for (const std::string& line : summary_lines(outcome)) print(line);
  }

 private:
  static constexpr const char* kEraseToEnd = "\x1b[K";

  static int columns() {
    winsize size{};
    const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20;
    return known ? size.ws_col : 80;
  }
  void print(const std::string& line) {
    fmt::print(stderr, "\r{}: {}{}\n", options_.title, line, kEraseToEnd);
    line_is_open_ = false;
  }

  ProgressOptions options_;
  Pace pace_;
  bool line_is_open_ = false;
};

class LogProgress final : public ProgressSink {
 public:
  explicit LogProgress(const ProgressOptions& options)
      : pace_{options.log_interval},
        log_{options.title, std::make_shared<spdlog::sinks::stderr_color_sink_mt>()} {
    log_.set_pattern("%Y-%m-%d %H:%M:%S %n %l: %v");
  }

  void started(const RunProgress& progress) override {
    log_.info("{}", progress_text(progress));
    pace_.restart();
  }
  void advanced(const RunProgress& progress) override {
    if (pace_.due()) log_.info("{}", progress_text(progress));
  }
  void unit_failed(const std::string& unit, const std::string& worker, const std::string& reason) override {
    log_.warn("{} failed on {}: {}", unit, worker, reason);
  }
  void warned(const std::string& text) override { log_.warn("{}", text); }
  void ended(const RunOutcome& outcome) override {
    for (const std::string& line : summary_lines(outcome)) log_.info("{}", line);
  }

 private:
  Pace pace_;
  spdlog::logger log_;
};

class SilentProgress final : public ProgressSink {
  void started(const RunProgress&) override {}
  void advanced(const RunProgress&) override {}
  void unit_failed(const std::string&, const std::string&, const std::string&) override {}
  void warned(const std::string&) override {}
  void ended(const RunOutcome&) override {}
};

}  // namespace

std::unique_ptr<ProgressSink> make_terminal_progress(ProgressOptions options) {
  return std::make_unique<TerminalProgress>(std::move(options));
}
std::unique_ptr<ProgressSink> make_log_progress(const ProgressOptions& options) {
  return std::make_unique<LogProgress>(options);
}
std::unique_ptr<ProgressSink> make_silent_progress() {
  return std::make_unique<SilentProgress>();
}

std::unique_ptr<ProgressSink> make_progress(ProgressOptions options) {
  return isatty(STDERR_FILENO) != 0 ? make_terminal_progress(std::move(options)) : make_log_progress(options);
}

}  // namespace harsanyi
