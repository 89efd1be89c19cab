#pragma once

#include <optional>
#include <vector>

#include "partition/base/id.hpp"
#include "storage/cube/sweep_profile.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/file.hpp"

namespace harsanyi {

/// The data sets of a cube that hold its profile. They are there in every cube of version 1.2, so that any
/// run may measure; a unit that was not measured has rank -1 and NaN seconds.
class CubeProfile {
 public:
  /// @param unit_flops  [units], or empty where unknown
  static void create(const hdf5::File& file, const hdf5::Dataset& unit_axis, std::vector<double> unit_flops);
  /// Nothing for a cube of an older version.
  [[nodiscard]] static std::optional<CubeProfile> open(const hdf5::File& file);

  void write(UnitId unit, const UnitProfile& profile);
  /// Adds the seconds of a run to those in the file.
  void add(const RunSeconds& run);
  [[nodiscard]] SweepProfile read() const;
  [[nodiscard]] std::optional<UnitProfile> read(UnitId unit) const;  ///< nothing where it was not measured
  /// Takes over what another cube of the same units has.
  void copy(const CubeProfile& other);

 private:
  CubeProfile(hdf5::Dataset unit_seconds, hdf5::Dataset unit_rank, hdf5::Dataset unit_flops,
              hdf5::Dataset run_seconds);

  hdf5::Dataset unit_seconds_;
  hdf5::Dataset unit_rank_;
  hdf5::Dataset unit_flops_;
  hdf5::Dataset run_seconds_;
};

}  // namespace harsanyi
