#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "orchestrator/config/calibration_options.hpp"
#include "orchestrator/config/convention.hpp"
#include "orchestrator/config/data_options.hpp"
#include "orchestrator/config/limit_options.hpp"
#include "orchestrator/config/log_options.hpp"
#include "orchestrator/config/model_options.hpp"
#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// What is done to a model while it answers.
enum class EvaluationMethod {
  vanilla,    ///< nothing
  gac,        ///< the heads that the groups file names are calibrated
  all_heads,  ///< every head is calibrated
};

template <>
struct EnumNames<EvaluationMethod> {
  static constexpr std::string_view kind = "evaluation method";
  static constexpr std::array names{std::pair{EvaluationMethod::vanilla, std::string_view{"vanilla"}},
                                    std::pair{EvaluationMethod::gac, std::string_view{"gac"}},
                                    std::pair{EvaluationMethod::all_heads, std::string_view{"all_heads"}}};
};

/// Which rows of a benchmark are answered for the score.
enum class ScoredPart {
  scored,       ///< its scored split
  calibration,  ///< its calibration rows, which no result is reported on: for searches
};

template <>
struct EnumNames<ScoredPart> {
  static constexpr std::string_view kind = "part of a benchmark";
  static constexpr std::array names{std::pair{ScoredPart::scored, std::string_view{"scored"}},
                                    std::pair{ScoredPart::calibration, std::string_view{"calibration"}}};
};

/// evaluate: answer the benchmarks with every model and method.
struct EvaluateOptions {
  std::vector<std::filesystem::path> models;  ///< Hugging Face folders
  std::vector<std::filesystem::path> groups;  ///< one per model, in the order of the models; for gac alone
  /// Layers found by `harsanyi layers`, one file per model; none: `calibration.layers`.
  std::vector<std::filesystem::path> layers_from;
  ComputeOptions compute;
  std::vector<int> tensor_parallel{1};  ///< ranks that hold one copy: of every model, or one number per model
  bool verify = false;                  ///< compare the models' files with their SHA-256 first
  DataOptions data;
  Convention convention = Convention::paper;
  ChoiceScoring scoring = ChoiceScoring::next_token;
  int shots = 0;                      ///< solved examples in front of every question
  std::uint64_t shots_seed = 42;      ///< of their draw from the calibration split
  std::filesystem::path scored_rows;  ///< instead of the scored split; empty: the benchmark's own
  int items = 0;                      ///< scored rows; 0: all
  bool draw_items = false;            ///< drawn by `seed`; else the first ones
  int calibration_samples = 0;  ///< rows of the calibration split that are answered too, for label offsets
  std::uint64_t seed = 42;      ///< of the draw of those
  std::vector<EvaluationMethod> methods{EvaluationMethod::vanilla, EvaluationMethod::gac};
  CalibrationOptions calibration;
  std::filesystem::path results;
  int unit_items = 0;  ///< items of a unit; 0: chosen
  int attempts = 3;
  LimitOptions limits;
  bool dry_run = false;
  LogOptions log;

  /// Gives beta, decoding and letters the values of `chosen` (spec gac.md section 8).
  void use(Convention chosen);
};

void describe(OptionSet& set, EvaluateOptions& options);
// The parts that `layers` shares: the rows and how they are answered, the calibration, the run.
void describe_rows(OptionSet& set, EvaluateOptions& options);
void describe_calibration(OptionSet& set, EvaluateOptions& options);
void describe_run(OptionSet& set, EvaluateOptions& options);
/// @throws ConfigError  for a model, method or benchmark named twice, gac without one groups file per model,
///         row files with several benchmarks
void check(const EvaluateOptions& options);

}  // namespace harsanyi
