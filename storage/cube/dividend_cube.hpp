#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "partition/base/identity.hpp"
#include "partition/game/conventions.hpp"
#include "partition/game/player_layout.hpp"
#include "partition/game/stopping_rule.hpp"
#include "partition/game/summary.hpp"
#include "partition/plan/sweep_plan.hpp"
#include "storage/cube/sweep_profile.hpp"
#include "storage/provenance.hpp"
#include "storage/unit_record.hpp"

namespace harsanyi {

/// One row of the sample axis.
struct SampleLabel {
  std::string benchmark;
  int row = 0;     ///< line of the calibration file, from 0
  int gold = 0;    ///< index of the right label
  int tokens = 0;  ///< prompt length
};

/// All that a new cube is made of.
struct CubeDescription {
  SweepPlan plan;
  PlayerLayout layout;
  MaskKind mask = MaskKind::undifferentiated;
  double epsilon = 1e-5;  ///< factor on the scores of absent players, where uses_epsilon(mask)
  ValueKind value = ValueKind::label_set;
  StoppingRule stopping = {};
  std::vector<SampleLabel> samples;
  std::vector<double> unit_flops{};  ///< [units] useful operations, or empty; not read back, see `profile`
  Identity identity;
  Provenance provenance;
};

/// The HDF5 file of one sweep: value[layer, sample, coalition], done-marks, dividends, conventions, identity.
/// Layout: docs/formats/dividend_cube.md. A writer holds an exclusive lock on the file; readers need none.
class DividendCube final : public UnitRecord {
 public:
  /// Opens `file` for writing; makes it first if it does not exist (complete, under a temporary name, synced,
  /// renamed; all space allocated). An existing cube is continued.
  /// @throws StorageError  if another process writes it, if its identity differs (every difference listed),
  /// if
  ///         it is no cube, newer than this program or damaged, if there is no space, if the folder is
  ///         read-only.
  [[nodiscard]] static DividendCube open_or_create(const std::filesystem::path& file,
                                                   const CubeDescription& description);
  /// Makes a whole cube: `fill` stores units and completes it while it has its temporary name; then it is
  /// synced and renamed. Whatever is thrown on the way, nothing is left behind.
  /// @throws StorageError  as `open_or_create`; if the file exists and `overwrite` is false, or it is no cube
  static void make(const std::filesystem::path& file, const CubeDescription& description, bool overwrite,
                   const std::function<void(DividendCube&)>& fill);
  /// Opens for reading, also while a sweep writes it.
  [[nodiscard]] static DividendCube open(const std::filesystem::path& file);

  /// True if `file` is finished and of this experiment: `open` is enough, nothing is left to write.
  [[nodiscard]] static bool is_finished(const std::filesystem::path& file, const Identity& identity);

  DividendCube(DividendCube&&) noexcept;
  DividendCube& operator=(DividendCube&&) noexcept;
  ~DividendCube() override;

  [[nodiscard]] std::vector<bool> done() const override;
  void store(std::span<const Block> blocks) override;

  [[nodiscard]] std::vector<UnitState> states() const;  ///< [units]
  [[nodiscard]] std::int64_t count_of(UnitState state) const;
  [[nodiscard]] bool complete() const;
  [[nodiscard]] const CubeDescription& description() const noexcept;  ///< as read back from the file
  /// [samples, coalitions] of one layer, by *present*; NaN where not computed.
  [[nodiscard]] std::vector<double> layer_values(LayerId layer) const;
  /// [samples] true where every coalition that the layer needs of the sample is computed, and it needs any
  /// (`Stopping`).
  [[nodiscard]] std::vector<bool> computed_samples(LayerId layer) const;
  /// Done units whose stored values do not match their checksum. Holds one unit at a time in memory.
  [[nodiscard]] std::vector<UnitId> damaged_units(const UnitsRead& read = {}) const;
  /// A done unit as it was stored. @throws StorageError  if it does not match its checksum
  [[nodiscard]] Block block(UnitId unit) const;
  /// Marks units that are not done as not to be computed, because their layers are decided without them
  /// (StoppingRule). They no longer stand in the way of `complete_with`.
  void mark_not_needed(std::span<const UnitId> units);
  /// Takes back the marks of `units` (damaged ones, say) and the completion mark, so that they are
  /// computed and stored again.
  void forget(std::span<const UnitId> units);

  /// Writes dividend_mean, dividend_standard_error and value_mean (Orientation::present, ZeroRule::none) and
  /// then the completion mark. Called once no unit is open; calling it again writes the same bytes.
  /// @param layers  [layers]
  void complete_with(std::span<const LayerSummary> layers);
  /// Adds a run to the profile, durably. Without effect in a cube of a version that has none.
  void add_to_profile(const RunSeconds& run);
  /// [units] useful operations; empty in a cube of a version that does not tell.
  [[nodiscard]] std::vector<double> unit_flops() const;
  /// Nothing where no unit was measured: by no run, or in a cube of a version that has no profile.
  [[nodiscard]] std::optional<SweepProfile> profile() const;
  /// The summaries written by `complete_with`, or nothing while the cube is incomplete.
  [[nodiscard]] std::optional<std::vector<LayerSummary>> summaries() const;

  /// Writes the same content with `value` in compressed chunks: for reading, sending and keeping. Such a copy
  /// opens as any cube does, but is refused by `open_or_create`.
  /// @param added  provenance beside the cube's own
  /// @throws StorageError  as `make`; nothing is checked against the checksums, see `damaged_units`
  void write_compressed_copy(const std::filesystem::path& file, const Provenance& added,
                             bool overwrite) const;
  [[nodiscard]] bool is_compressed_copy() const;

 private:
  struct State;
  explicit DividendCube(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace harsanyi
