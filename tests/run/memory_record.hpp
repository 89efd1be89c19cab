#pragma once

#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "partition/base/error.hpp"
#include "storage/unit_record.hpp"

namespace harsanyi {

/// A record in memory. Fails on request, as a full disk would.
class MemoryRecord final : public UnitRecord {
 public:
  explicit MemoryRecord(int units) : done_(static_cast<std::size_t>(units), false) {}

  [[nodiscard]] std::vector<bool> done() const override { return done_; }

  void store(std::span<const Block> blocks) override {
    if (stores_ >= stores_before_full)
      throw StorageError{"no space left on device: cube.h5; free some and run again"};
    ++stores_;
    std::this_thread::sleep_for(store_takes);
    for (const Block& block : blocks) {
      done_.at(static_cast<std::size_t>(block.unit.value)) = true;
      times_stored[block.unit] += 1;
      values[block.unit] = block.values;
      if (block.profile) profiles[block.unit] = *block.profile;
    }
  }

  std::map<UnitId, int> times_stored;
  std::map<UnitId, std::vector<double>> values;
  std::map<UnitId, UnitProfile> profiles;
  int stores_before_full = 1 << 30;
  std::chrono::milliseconds store_takes{0};

  [[nodiscard]] int stores() const noexcept { return stores_; }

 private:
  std::vector<bool> done_;
  int stores_ = 0;
};

}  // namespace harsanyi
