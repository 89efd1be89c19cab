#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "partition/plan/block.hpp"

namespace harsanyi {

/// What a record knows of a unit; the numbers are those of `unit_done`.
enum class UnitState : std::uint8_t {
  open = 0,        ///< to be computed
  done = 1,        ///< its values are on the disk
  not_needed = 2,  ///< will not be computed: what was asked is known without it
};

/// Hears of the units of a record one after the other, as they are read.
using UnitsRead = std::function<void(UnitId)>;

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
