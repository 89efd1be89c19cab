#pragma once

#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/log/log.hpp"

namespace harsanyi {

/// Takes back the marks of units whose values are not those that were stored: a file that was cut or
/// overwritten from outside, or a disk that lost a write. They are computed again. Reads every value once.
/// @param record  open for writing (DividendCube, ResultsFile)
/// @return  how many
template <class Record>
[[nodiscard]] int open_damaged_units(Record& record, const std::filesystem::path& file) {
  constexpr std::size_t kNamed = 20;
  const auto damaged = record.damaged_units();
  if (damaged.empty()) return 0;
  record.forget(damaged);
  std::vector<int> named;
  for (const auto unit : damaged)
    if (named.size() < kNamed) named.push_back(unit.value);
  const std::string text = fmt::format(
      "{}: {} of its units are damaged (their values have another checksum than when they were "
      "stored) and have to be computed again: {}{}; suspect the disk, or whoever else writes there",
      file.string(), damaged.size(), fmt::join(named, ", "), damaged.size() > kNamed ? " ..." : "");
  tell(std::cerr, {.level = LogLevel::warning, .message = text}, "harsanyi: " + text);
  return static_cast<int>(damaged.size());
}

}  // namespace harsanyi
