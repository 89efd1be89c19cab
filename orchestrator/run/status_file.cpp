#include "orchestrator/run/status_file.hpp"

#include <fstream>
#include <limits>

#include <fmt/format.h>
#include <unistd.h>

#include "orchestrator/run/environment.hpp"
#include "partition/base/error.hpp"
#include "partition/base/text_file.hpp"
#include "partition/json/bounded_json.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;
using Seconds = std::chrono::duration<double>;

ordered_json to_json(const RunStatus& status) {
  const RunProgress& progress = status.progress;
  const double left = progress.seconds_left();
  ordered_json object{{"state", name_of(status.state)},
                      {"title", status.title},
                      {"units", progress.units},
                      {"done", progress.done_before + progress.done_now},
                      {"done_before", progress.done_before},
                      {"in_flight", progress.in_flight},
                      {"left", progress.left()},
                      {"set_aside", progress.set_aside},
                      {"failed_attempts", progress.failures},
                      {"cost_done", progress.cost_done},
                      {"cost_left", progress.cost_left},
                      {"seconds", progress.seconds},
                      {"seconds_left", nullptr},
                      {"ranks", status.ranks},
                      {"host", status.host},
                      {"pid", status.pid},
                      {"slurm_job", status.job},
                      {"restarts", status.restarts},
                      {"written", Seconds{status.written.time_since_epoch()}.count()}};
  if (left >= 0.0) object["seconds_left"] = left;
  return object;
}

int count_in(const json& object, const char* key) {
  const json& value = object.at(key);
  if (!value.is_number_unsigned() || value > std::numeric_limits<int>::max())
    throw StorageError{
        fmt::format("'{}' must be a whole number of at least 0, found {}", key, shortened(value))};
  return value.get<int>();
}

double amount_in(const json& object, const char* key, double most = std::numeric_limits<double>::max()) {
  const auto value = object.at(key).get<double>();
  if (!(value >= 0.0 && value <= most))
    throw StorageError{fmt::format("'{}' must lie between 0 and {}, found {}", key, most, value)};
  return value;
}

/// As in `to_json`. @throws json::exception, ConfigError, StorageError  without the file's name
RunStatus from_json(const json& object) {
  constexpr double kMostSeconds = 9e9;  // what the clock's nanoseconds reach
  using Clock = std::chrono::system_clock;
  const int units = count_in(object, "units");
  const int done = count_in(object, "done");
  const int done_before = count_in(object, "done_before");
  const int set_aside = count_in(object, "set_aside");
  if (done < done_before || done > units || set_aside > units)
    throw StorageError{fmt::format("of {} units it counts {} done, {} of them before, and {} set aside",
                                   units, done, done_before, set_aside)};
  return {.state = parse_enum<RunState>(object.at("state").get<std::string>()),
          .title = object.at("title").get<std::string>(),
          .progress = {.units = units,
                       .done_before = done_before,
                       .done_now = done - done_before,
                       .in_flight = count_in(object, "in_flight"),
                       .set_aside = set_aside,
                       .failures = count_in(object, "failed_attempts"),
                       .cost_done = amount_in(object, "cost_done"),
                       .cost_left = amount_in(object, "cost_left"),
                       .seconds = amount_in(object, "seconds", kMostSeconds)},
          .ranks = count_in(object, "ranks"),
          .host = object.at("host").get<std::string>(),
          .pid = count_in(object, "pid"),
          .job = object.at("slurm_job").get<std::string>(),
          .restarts = count_in(object, "restarts"),
          .written = Clock::time_point{std::chrono::duration_cast<Clock::duration>(
              Seconds{amount_in(object, "written", kMostSeconds)})}};
}

RunState state_of(const RunOutcome& outcome, bool complete) {
  if (complete) return RunState::complete;
  return outcome.interrupted_by ? RunState::interrupted : RunState::incomplete;
}

class StatusProgress final : public ProgressSink {
 public:
  StatusProgress(std::unique_ptr<ProgressSink> shown, StatusFile& file, std::string title)
      : shown_{std::move(shown)}, file_{file}, title_{std::move(title)} {}

  void started(const RunProgress& progress) override {
    shown_->started(progress);
    file_.started(title_, progress);
  }
  void advanced(const RunProgress& progress) override {
    shown_->advanced(progress);
    file_.advanced(progress);
  }
  void unit_failed(const std::string& unit, const std::string& worker, const std::string& reason) override {
    shown_->unit_failed(unit, worker, reason);
  }
  void warned(const std::string& text) override { shown_->warned(text); }
  // The record is marked complete after this: whoever marks it tells the file.
  void ended(const RunOutcome& outcome) override { shown_->ended(outcome); }

 private:
  std::unique_ptr<ProgressSink> shown_;
  StatusFile& file_;
  std::string title_;
};

}  // namespace

std::filesystem::path status_path(const std::filesystem::path& record) {
  return std::filesystem::path{record} += ".status.json";
}

RunStatus read_status(const std::filesystem::path& record) {
  const auto path = status_path(record);
  try {
    return from_json(read_json(path));
  } catch (const JsonError& e) {
    throw StorageError{
        fmt::format("{} {}; a run writes it beside its file while it computes, `harsanyi inspect {}` "
                    "looks into the file itself",
                    path.string(), e.what(), record.string())};
  } catch (const std::exception& e) {  // nlohmann's, of a member; ConfigError and StorageError
    throw StorageError{fmt::format("{} is no status file of this version: {}", path.string(), e.what())};
  }
}

StatusFile::StatusFile(const std::filesystem::path& record, int ranks, std::chrono::milliseconds interval)
    : path_{status_path(record)}, interval_{interval} {
  status_.ranks = ranks;
  status_.host = host_name();
  status_.pid = getpid();
  status_.job = environment("SLURM_JOB_ID");
  status_.restarts = number_in_environment("SLURM_RESTART_COUNT").value_or(0);
}

StatusFile::~StatusFile() {
  if (status_.title.empty() || status_.state != RunState::running) return;
  status_.state = RunState::failed;
  write();
}

void StatusFile::started(const std::string& title, const RunProgress& progress) {
  status_.title = title;
  status_.progress = progress;
  write();
  last_ = std::chrono::steady_clock::now();
}

void StatusFile::advanced(const RunProgress& progress) {
  status_.progress = progress;
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < interval_) return;
  last_ = now;
  write();
}

void StatusFile::ended(const RunOutcome& outcome, bool complete) {
  status_.state = state_of(outcome, complete);
  status_.progress.units = outcome.units;
  status_.progress.done_before = outcome.done_before;
  status_.progress.done_now = outcome.done_now;
  status_.progress.in_flight = 0;
  status_.progress.set_aside = static_cast<int>(outcome.set_aside.size());
  status_.progress.seconds = outcome.seconds;
  write();
}

void StatusFile::write() const noexcept {
  try {
    RunStatus status = status_;
    status.written = std::chrono::system_clock::now();
    const std::string text = to_json(status).dump(2, ' ', false, ordered_json::error_handler_t::replace);
    write_text_file(path_, text + '\n', Durability::unsynced);
  } catch (const std::exception&) {  // NOLINT(bugprone-empty-catch): no result may be lost for a status
  }
}

std::unique_ptr<ProgressSink> with_status(std::unique_ptr<ProgressSink> shown, StatusFile* file,
                                          std::string title) {
  if (file == nullptr) return shown;
  return std::make_unique<StatusProgress>(std::move(shown), *file, std::move(title));
}

}  // namespace harsanyi
