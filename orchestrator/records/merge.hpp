#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "storage/provenance.hpp"

namespace harsanyi {

struct MergeRequest {
  std::filesystem::path out;
  std::vector<std::filesystem::path> parts;
  bool allow_gaps = false;  ///< units that no part has are left open
  bool overwrite = false;
  Provenance provenance = {};  ///< of the merge; that of the parts is kept beside it
};

struct MergeOutcome {
  std::int64_t units = 0;
  std::int64_t taken = 0;   ///< done units
  std::int64_t shared = 0;  ///< units that several parts have, with the same bits
  std::int64_t open = 0;    ///< units that no part has
};

/// Joins cubes of one experiment: those that hold different units of the same games (layers, samples, or just
/// what each was stopped at), and those of different benchmarks of one model. The whole has the bits of a
/// sweep that computed all at once. Every unit is compared with its checksum while it is read; one at a time
/// is in memory. The file has its name only once it is whole.
/// @throws StorageError  naming what does not belong together: each fact of the experiment that differs, the
/// first value that two parts disagree on, a damaged unit, units that are missing; as DividendCube::make
MergeOutcome merge_cubes(const MergeRequest& request);

/// The same for results files: of other models, other benchmarks, or other units of the same tables.
MergeOutcome merge_results(const MergeRequest& request);

}  // namespace harsanyi
