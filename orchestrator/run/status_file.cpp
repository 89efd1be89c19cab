#include "orchestrator/run/status_file.hpp"

#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "orchestrator/run/environment.hpp"
#include "partition/base/error.hpp"
#include "partition/base/text_file.hpp"

namespace harsanyi {
namespace {

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

RunStatus from_json(const ordered_json& object) {
  RunStatus status{
      .state = parse_enum<RunState>(object.at("state").get<std::string>()),
      .title = object.at("title"),
      .progress = {.units = object.at("units"),
                   .done_before = object.at("done_before"),
                   .done_now = object.at("done").get<int>() - object.at("done_before").get<int>(),
                   .in_flight = object.at("in_flight"),
                   .set_aside = object.at("set_aside"),
                   .failures = object.at("failed_attempts"),
                   .cost_done = object.at("cost_done"),
                   .cost_left = object.at("cost_left"),
                   .seconds = object.at("seconds")},
      .ranks = object.at("ranks"),
      .host = object.at("host"),
      .pid = object.at("pid"),
      .job = object.at("slurm_job"),
      .restarts = object.at("restarts")};
  using Clock = std::chrono::system_clock;
  status.written = Clock::time_point{
      std::chrono::duration_cast<Clock::duration>(Seconds{object.at("written").get<double>()})};
  return status;
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
  std::ifstream in{path};
  if (!in)
    throw StorageError{fmt::format(
        "cannot read {}; a run writes it beside its file while it computes, `harsanyi inspect {}` "
        "looks into the file itself",
        path.string(), record.string())};
  try {
    return from_json(ordered_json::parse(in));
  } catch (const ordered_json::exception& e) {
    throw StorageError{fmt::format("{} is no status file of this version: {}", path.string(), e.what())};
  } catch (const ConfigError& e) {
    throw StorageError{fmt::format("{}: {}", path.string(), e.what())};
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
