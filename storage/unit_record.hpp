#pragma once

#include <span>
#include <vector>

#include "partition/plan/block.hpp"

namespace harsanyi {

/// Where finished units go. The record itself says what is done: there is no second file to merge or lose.
class UnitRecord {
 public:
  virtual ~UnitRecord() = default;

  /// [units] true where the unit's values are on disk, complete.
  [[nodiscard]] virtual std::vector<bool> done() const = 0;

  /// Puts the blocks into their places. On return they are durable: data and checksums, flush, fsync, then
  /// done-marks, flush, fsync; one pair for all the blocks given. Killed in between, none of them counts as
  /// done.
  /// @throws StorageError  on a full disk, a lost file, a block of the wrong length; finished units stay
  /// intact.
  virtual void store(std::span<const Block> blocks) = 0;
};

}  // namespace harsanyi
