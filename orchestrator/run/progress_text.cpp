#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "orchestrator/run/progress.hpp"
#include "orchestrator/run/stop_signal.hpp"

namespace harsanyi {
namespace {

constexpr std::size_t kWorkersNamed = 16;  // larger jobs: the least busy ones
constexpr std::size_t kSetAsideNamed = 20;

std::string head_line(const RunOutcome& outcome) {
  std::string line =
      fmt::format("{} of {} units done", outcome.done_before + outcome.done_now, outcome.units);
  if (outcome.done_before > 0) line += fmt::format(" ({} in earlier runs)", outcome.done_before);
  if (outcome.retried > 0) line += fmt::format(", {} of them after failures", outcome.retried);
  if (!outcome.set_aside.empty()) line += fmt::format(", {} set aside", outcome.set_aside.size());
  if (outcome.left > 0) line += fmt::format(", {} left", outcome.left);
  line += fmt::format(" after {}", duration_text(outcome.seconds));
  if (outcome.interrupted_by)
    line +=
        fmt::format("; interrupted by {}: the same command continues", signal_name(*outcome.interrupted_by));
  return line;
}

std::string worker_line(const WorkerShare& worker, double seconds) {
  std::string line = fmt::format("{}: {} units, busy {:.0f} % of the time", worker.name, worker.units,
                                 100.0 * worker.busy_seconds / seconds);
  if (worker.times_lost == 1) line += ", lost once";
  if (worker.times_lost > 1) line += fmt::format(", lost {} times", worker.times_lost);
  return line;
}

void add_workers(const RunOutcome& outcome, std::vector<std::string>& lines) {
  if (outcome.workers.empty() || outcome.seconds <= 0.0) return;
  std::vector<WorkerShare> workers = outcome.workers;
  if (workers.size() > kWorkersNamed) {
    std::stable_sort(workers.begin(), workers.end(),
                     [](const auto& a, const auto& b) { return a.busy_seconds < b.busy_seconds; });
    workers.resize(kWorkersNamed);
    lines.push_back(fmt::format("least busy of {} workers:", outcome.workers.size()));
  }
  for (const WorkerShare& worker : workers) lines.push_back(worker_line(worker, outcome.seconds));
}

}  // namespace

double RunProgress::seconds_left() const noexcept {
  if (left() == 0) return 0.0;
  return cost_done > 0.0 ? seconds * cost_left / cost_done : -1.0;
}

std::string duration_text(double seconds) {
  if (seconds < 9.95) return fmt::format("{:.1f} s", std::max(seconds, 0.0));
  constexpr double kMost = 1e15;  // an estimate from next to nothing may be beyond any integer
  const auto whole = static_cast<long long>(std::llround(std::min(seconds, kMost)));
  if (whole < 60) return fmt::format("{} s", whole);
  if (whole < 3600) return fmt::format("{} min {} s", whole / 60, whole % 60);
  if (whole < 86400) return fmt::format("{} h {} min", whole / 3600, whole % 3600 / 60);
  return fmt::format("{} d {} h", whole / 86400, whole % 86400 / 3600);
}

std::string progress_text(const RunProgress& progress) {
  std::string text = fmt::format("{}/{} units", progress.done_before + progress.done_now, progress.units);
  text += fmt::format(", {} left", progress.left());
  if (progress.failures > 0) text += fmt::format(", {} failed attempts", progress.failures);
  if (progress.set_aside > 0) text += fmt::format(", {} set aside", progress.set_aside);
  if (progress.done_now > 0 && progress.seconds > 0.0)
    text += fmt::format(", {:.3g} units/s", progress.done_now / progress.seconds);
  if (const double left = progress.seconds_left(); left > 0.0)
    text += fmt::format(", {} left", duration_text(left));
  return text;
}

std::string progress_bar(const RunProgress& progress, int width) {
  const double share = progress.units > 0
                           ? static_cast<double>(progress.done_before + progress.done_now) / progress.units
                           : 1.0;
  const int full = static_cast<int>(share * width);
  std::string bar(static_cast<std::size_t>(full), '=');
  if (full < width) bar += '>';
  bar.resize(static_cast<std::size_t>(width), ' ');
  return "[" + bar + "]";
}

std::vector<std::string> summary_lines(const RunOutcome& outcome) {
  std::vector<std::string> lines{head_line(outcome)};
  add_workers(outcome, lines);
  if (!outcome.slowest.empty()) {
    std::string line = "slowest units:";
    for (const UnitTime& time : outcome.slowest)
      line += fmt::format(" {} ({})", time.unit.value, duration_text(time.seconds));
    lines.push_back(std::move(line));
  }
  std::size_t named = 0;
  for (const auto& [unit, reason] : outcome.set_aside) {
    if (named++ == kSetAsideNamed) {
      lines.push_back(fmt::format("and {} more set aside", outcome.set_aside.size() - kSetAsideNamed));
      break;
    }
    lines.push_back(fmt::format("set aside: unit {}: {}", unit.value, reason));
  }
  return lines;
}

}  // namespace harsanyi
