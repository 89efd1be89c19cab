#pragma once

#include <filesystem>
#include <functional>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/log/log.hpp"
#include "orchestrator/run/run_outcome.hpp"
#include "orchestrator/run/together.hpp"

namespace harsanyi {

/// Takes back the marks of units whose values are not those that were stored: a file that was cut or
/// overwritten from outside, or a disk that lost a write. They are computed again. Reads every value once.
/// @param record    open for writing (DividendCube, ResultsFile)
/// @param describe  a unit in words (unit_text.hpp)
/// @return  how many
template <class Record>
[[nodiscard]] int open_damaged_units(Record& record, const std::filesystem::path& file,
                                     const std::function<std::string(UnitId)>& describe) {
  constexpr std::size_t kNamed = 10;
  const std::vector<UnitId> damaged = record.damaged_units();
  if (damaged.empty()) return 0;
  record.forget(damaged);
  std::vector<std::string> named;
  for (const UnitId unit : damaged)
    if (named.size() < kNamed) named.push_back(describe(unit));
  const std::string text = fmt::format(
      "{}: {} of its units are damaged (their values have another checksum than when they were "
      "stored) and have to be computed again: {}{}; suspect the disk, or whoever else writes there",
      file.string(), damaged.size(), fmt::join(named, ", "), damaged.size() > kNamed ? " ..." : "");
  tell(std::cerr, {.level = LogLevel::warning, .message = text}, "harsanyi: " + text);
  return static_cast<int>(damaged.size());
}

/// Ends a run; collective. On rank 0 a record of which nothing is left to do is completed, unless some of its
/// units turn out damaged: they are then left.
/// @param record  on rank 0, else null  @param all_done  asked on rank 0: nothing is left  @param complete
/// does it
template <class Record>
void end_run(World& world, Record* record, const std::filesystem::path& file,
             const std::function<bool()>& all_done, const std::function<std::string(UnitId)>& describe,
             const std::function<void()>& complete, RunOutcome& outcome) {
  int damaged = 0;
  together(world, [&] {
    if (record == nullptr || record->complete() || !all_done()) return;
    damaged = open_damaged_units(*record, file, describe);
    if (damaged == 0) complete();
  });
  outcome.left += static_cast<int>(told_by_rank_0(world, damaged));
}

}  // namespace harsanyi
