#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>

#include "orchestrator/config/convention.hpp"
#include "orchestrator/config/data_options.hpp"
#include "orchestrator/config/limit_options.hpp"
#include "orchestrator/config/log_options.hpp"
#include "orchestrator/config/model_options.hpp"
#include "orchestrator/config/selection_text.hpp"
#include "partition/game/conventions.hpp"

namespace harsanyi {

/// sweep: measure the value of every coalition of every layer.
struct SweepOptions {
  ModelOptions model;
  DataOptions data;
  Convention convention = Convention::paper;
  int samples = 300;        ///< calibration rows drawn per benchmark
  std::uint64_t seed = 42;  ///< of the draw
  MaskKind mask = MaskKind::undifferentiated;
  double epsilon = 1e-5;           ///< factor on the scores of masked players
  std::optional<ValueKind> value;  ///< nothing: the benchmarks' own
  Stopping stopping = Stopping::full;
  double stopping_confidence = 0.95;   ///< for elimination, as in EliminationRule
  double stopping_indifference = 0.0;  ///< likewise
  int stopping_first_samples = 24;     ///< likewise: calibration rows of a benchmark before the first look
  int unit_layers = 0;                 ///< largest unit: layers; 0: chosen
  int unit_coalitions = 0;             ///< largest unit: coalitions; 0: chosen
  int unit_samples = 0;                ///< largest unit: samples; 0: chosen
  int worker_groups = 0;               ///< that the chosen extents are for; 0: those of the run
  LayerList only_layers;               ///< computed by this run; the others are left open
  SampleList only_samples;             ///< likewise
  std::filesystem::path cube;
  int attempts = 3;  ///< how often a unit is tried before it is set aside
  LimitOptions limits;
  bool profile = false;  ///< measure where the time goes
  bool dry_run = false;
  LogOptions log;

  /// Whether this run computes a part of the cube alone.
  [[nodiscard]] bool computes_part() const {
    return only_layers != LayerList{} || only_samples != SampleList{};
  }

  /// Gives epsilon, number of samples and letters the values of `chosen` (spec gac.md section 8).
  void use(Convention chosen);
};

void describe(OptionSet& set, SweepOptions& options);
/// @throws ConfigError  as check(DataOptions); for options of elimination where samples do not stop early,
/// or units of several layers where each stops by itself; for an empty part
void check(const SweepOptions& options);

}  // namespace harsanyi
