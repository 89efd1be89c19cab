#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "orchestrator/run/progress.hpp"
#include "partition/base/named_enum.hpp"

namespace harsanyi {

enum class RunState {
  running,
  complete,     ///< the record has its completion mark
  interrupted,  ///< by a signal; the same command goes on
  incomplete,   ///< ended with units set aside
  failed,       ///< ended by an error
};

template <>
struct EnumNames<RunState> {
  static constexpr std::string_view kind = "state of a run";
  static constexpr std::array names{std::pair{RunState::running, std::string_view{"running"}},
                                    std::pair{RunState::complete, std::string_view{"complete"}},
                                    std::pair{RunState::interrupted, std::string_view{"interrupted"}},
                                    std::pair{RunState::incomplete, std::string_view{"incomplete"}},
                                    std::pair{RunState::failed, std::string_view{"failed"}}};
};

/// What a run tells the outside (docs/formats/status.md).
struct RunStatus {
  RunState state = RunState::running;
  std::string title;  ///< "sweep", "evaluate"
  RunProgress progress;
  int ranks = 1;
  std::string host;  ///< of rank 0
  int pid = 0;       ///< of rank 0
  std::string job;   ///< Slurm's number of the job; empty outside of Slurm
  int restarts = 0;  ///< SLURM_RESTART_COUNT
  std::chrono::system_clock::time_point written{};
};

/// "cube.h5.status.json" beside the record.
[[nodiscard]] std::filesystem::path status_path(const std::filesystem::path& record);

/// @throws StorageError  if there is none beside `record`, or it cannot be read
[[nodiscard]] RunStatus read_status(const std::filesystem::path& record);

/// The status file of a run; on rank 0 alone. A small JSON file beside the record, replaced by a rename, so
/// that a reader on any node sees a whole one and never touches the record. It is no part of the result:
/// nothing is synced, and a failed write is dropped. A run that ends without `ended` has failed.
class StatusFile {
 public:
  /// @param interval  between two writes while the run goes on; also how often a living run shows that it
  /// lives
  StatusFile(const std::filesystem::path& record, int ranks,
             std::chrono::milliseconds interval = std::chrono::seconds{5});
  StatusFile(const StatusFile&) = delete;
  StatusFile& operator=(const StatusFile&) = delete;
  ~StatusFile();

  void started(const std::string& title, const RunProgress& progress);
  void advanced(const RunProgress& progress);
  /// @param complete  whether the record has its completion mark
  void ended(const RunOutcome& outcome, bool complete);

 private:
  void write() const noexcept;

  std::filesystem::path path_;
  std::chrono::milliseconds interval_;
  std::chrono::steady_clock::time_point last_;
  RunStatus status_;
};

/// A sink that shows progress as `shown` does and keeps `file` up to date; a null `file` is left alone.
/// @param file  outlives the sink
[[nodiscard]] std::unique_ptr<ProgressSink> with_status(std::unique_ptr<ProgressSink> shown, StatusFile* file,
                                                        std::string title);

}  // namespace harsanyi
