#pragma once

#include <string>
#include <vector>

#include "storage/cube/dividend_cube.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {

/// What a record's checks found.
struct Verification {
  std::vector<UnitId> damaged;           ///< done units whose values differ from their checksum
  std::vector<std::string> places = {};  ///< the same in words
  /// Of a complete cube: layers whose means are not those of its values. Not looked at where units are
  /// damaged.
  std::vector<LayerId> wrong_means = {};

  [[nodiscard]] bool sound() const noexcept { return damaged.empty() && wrong_means.empty(); }
};

/// Reads every done unit, one at a time, and compares it with its checksum. Shows progress where that takes
/// more than some seconds.
/// @throws StorageError  if the file cannot be read
[[nodiscard]] Verification verify(const DividendCube& cube);
[[nodiscard]] Verification verify(const ResultsFile& results);

/// What was found, for a terminal; ends in a line break.
[[nodiscard]] std::string verification_text(const Verification& found);

}  // namespace harsanyi
