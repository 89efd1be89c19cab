#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "partition/base/id.hpp"

namespace harsanyi {

/// In which order a sweep takes its samples: round after round, each a part of every pool. A sweep that
/// cannot stop early has a single round.
class SampleRounds {
 public:
  /// One round of all samples.
  explicit SampleRounds(std::vector<int> pools);
  /// By the end of round r the largest pool has given first * growth^r samples, rounded up, and every other
  /// pool the same share of its own, rounded up; the last round ends with all. A pool of 300, begun with 24
  /// and growth 1.5, ends its rounds at 24, 36, 54, 81, 122, 183, 274, 300.
  /// @throws PlanError  for first < 1 or a growth not above 1
  SampleRounds(std::vector<int> pools, int first, double growth);

  [[nodiscard]] int count() const noexcept { return static_cast<int>(ends_.size()); }
  [[nodiscard]] std::size_t pools() const noexcept { return pools_.size(); }
  /// What a round adds to a pool; empty where a small pool has nothing to add. Samples are numbered pool
  /// after pool.
  [[nodiscard]] SampleRange added(int round, std::size_t pool) const;
  /// The beginning of a pool that is known after a round.
  [[nodiscard]] SampleRange known(int round, std::size_t pool) const;
  /// Samples of all pools that are known after a round.
  [[nodiscard]] int samples(int round) const;
  /// Samples of the largest pool by the end of each round.
  [[nodiscard]] std::vector<int> of_largest_pool() const;

 private:
  std::vector<int> pools_;
  std::vector<std::int64_t> firsts_;    ///< [pools] number of a pool's first sample
  std::vector<std::vector<int>> ends_;  ///< [rounds][pools] samples of a pool by the end of a round
};

}  // namespace harsanyi
