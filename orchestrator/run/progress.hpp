#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "orchestrator/run/run_outcome.hpp"
#include "partition/base/id.hpp"

namespace harsanyi {

/// Where a run stands.
struct RunProgress {
  int units = 0;        ///< of the whole plan
  int done_before = 0;  ///< in earlier runs
  int done_now = 0;     ///< computed by this run
  int in_flight = 0;
  int set_aside = 0;
  int failures = 0;        ///< failed attempts of this run
  double cost_done = 0.0;  ///< of units done by this run, in the plan's unit of cost
  double cost_left = 0.0;
  double seconds = 0.0;  ///< since the run began

  [[nodiscard]] int left() const noexcept { return units - done_before - done_now - set_aside; }
  /// By the cost estimates; negative while nothing is known.
  [[nodiscard]] double seconds_left() const noexcept;
};

/// Hears of a run on rank 0, in the order: started, any number of the middle two, ended.
class ProgressSink {
 public:
  virtual ~ProgressSink() = default;
  virtual void started(const RunProgress& progress) = 0;
  /// Called many times a second; shows what it likes.
  virtual void advanced(const RunProgress& progress) = 0;
  virtual void unit_failed(const std::string& unit, const std::string& worker, const std::string& reason) = 0;
  /// Something that the user should know: a worker that is lost, or back.
  virtual void warned(const std::string& text) = 0;
  virtual void ended(const RunOutcome& outcome) = 0;
};

struct ProgressOptions {
  std::string title = "run";                        ///< "sweep", "evaluate"
  std::chrono::milliseconds log_interval{10000};    ///< between log lines
  std::chrono::milliseconds refresh_interval{200};  ///< between two looks of the terminal's line
};

/// Lines of the log; where that is not on standard error, one refreshed line with a bar there too.
[[nodiscard]] std::unique_ptr<ProgressSink> make_progress(const ProgressOptions& options);
/// Both kinds by name, whatever standard error is.
[[nodiscard]] std::unique_ptr<ProgressSink> make_terminal_progress(ProgressOptions options);
[[nodiscard]] std::unique_ptr<ProgressSink> make_log_progress(const ProgressOptions& options);
/// Says nothing.
[[nodiscard]] std::unique_ptr<ProgressSink> make_silent_progress();

/// "412/1000 units, 3 failed, 12.3 units/s, 47 s left".
[[nodiscard]] std::string progress_text(const RunProgress& progress);
/// "[=====>    ]", `width` characters between the brackets, by units.
[[nodiscard]] std::string progress_bar(const RunProgress& progress, int width);
/// How the run ended, the busy share of each worker, the slowest units, the units set aside.
[[nodiscard]] std::vector<std::string> summary_lines(const RunOutcome& outcome);
/// "47 s", "3 min 20 s", "5 h 12 min", "2 d 3 h".
[[nodiscard]] std::string duration_text(double seconds);

}  // namespace harsanyi
