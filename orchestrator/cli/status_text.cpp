#include "orchestrator/cli/status_text.hpp"

#include <fmt/format.h>

namespace harsanyi {
namespace {

constexpr double kSilence = 60.0;  // seconds: twelve intervals of the status file

std::string place_of(const RunStatus& status) {
  std::string place = fmt::format("{} rank{}, rank 0 is process {} on {}", status.ranks,
                                  status.ranks == 1 ? "" : "s", status.pid, status.host);
  if (!status.job.empty())
    place += fmt::format("; Slurm job {}, restarted {} times", status.job, status.restarts);
  return place;
}

}  // namespace

std::string status_text(const RunStatus& status, std::chrono::system_clock::time_point now) {
  const double age = std::chrono::duration<double>(now - status.written).count();
  std::string text = fmt::format("{}: {}: {}\n{}\nwritten {} ago\n", status.title, name_of(status.state),
                                 progress_text(status.progress), place_of(status), duration_text(age));
  if (status.state == RunState::interrupted || status.state == RunState::failed)
    text += "the same command goes on with what is left\n";
  if (status.state == RunState::running && age > kSilence)
    text +=
        "SILENT: a living run writes every few seconds; it was killed or hangs (look at the job and its "
        "log)\n";
  return text;
}

}  // namespace harsanyi
