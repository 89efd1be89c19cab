#include "orchestrator/run/progress.hpp"

#include <algorithm>
#include <cstdio>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "orchestrator/log/log.hpp"

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
  explicit LogProgress(const ProgressOptions& options) : title_{options.title}, pace_{options.log_interval} {}

  void started(const RunProgress& progress) override {
    say(progress_text(progress));
    pace_.restart();
  }
  void advanced(const RunProgress& progress) override {
    if (pace_.due()) say(progress_text(progress));
  }
  void unit_failed(const std::string& unit, const std::string& worker, const std::string& reason) override {
    write_log({.level = LogLevel::warning,
               .message = fmt::format("failed on {}: {}", worker, reason),
               .unit = unit,
               .kind = "failed units"});
  }
  void warned(const std::string& text) override {
    write_log({.level = LogLevel::warning, .message = text, .kind = "run"});
  }
  void ended(const RunOutcome& outcome) override {
    for (const std::string& line : summary_lines(outcome)) say(line);
  }

 private:
  void say(const std::string& text) const { write_log({.message = fmt::format("{}: {}", title_, text)}); }

  std::string title_;
  Pace pace_;
};

/// On a terminal the log has its lines too, in its file.
class ShownAndLogged final : public ProgressSink {
 public:
  explicit ShownAndLogged(const ProgressOptions& options)
      : shown_{make_terminal_progress(options)}, logged_{make_log_progress(options)} {}

  void started(const RunProgress& progress) override {
    shown_->started(progress);
    logged_->started(progress);
  }
  void advanced(const RunProgress& progress) override {
    shown_->advanced(progress);
    logged_->advanced(progress);
  }
  void unit_failed(const std::string& unit, const std::string& worker, const std::string& reason) override {
    shown_->unit_failed(unit, worker, reason);
    logged_->unit_failed(unit, worker, reason);
  }
  void warned(const std::string& text) override {
    shown_->warned(text);
    logged_->warned(text);
  }
  void ended(const RunOutcome& outcome) override {
    shown_->ended(outcome);
    logged_->ended(outcome);
  }

 private:
  std::unique_ptr<ProgressSink> shown_;
  std::unique_ptr<ProgressSink> logged_;
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

std::unique_ptr<ProgressSink> make_progress(const ProgressOptions& options) {
  if (log_is_shown()) return make_log_progress(options);
  return std::make_unique<ShownAndLogged>(options);
}

}  // namespace harsanyi
