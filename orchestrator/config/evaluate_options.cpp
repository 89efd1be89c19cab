#include "orchestrator/config/evaluate_options.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

template <class T>
bool has_twins(const std::vector<T>& values) {
  return std::set<T>(values.begin(), values.end()).size() != values.size();
}

void check_groups(const EvaluateOptions& options) {
  const bool uses_groups = std::find(options.methods.begin(), options.methods.end(), EvaluationMethod::gac) !=
                           options.methods.end();
  if (uses_groups && options.groups.size() != options.models.size())
    throw ConfigError{
        fmt::format("--method gac needs one --groups file per --model, in the same order: {} models, "
                    "{} groups files; `harsanyi select` writes them",
                    options.models.size(), options.groups.size())};
  if (!uses_groups && !options.groups.empty())
    throw ConfigError{
        fmt::format("--groups {} is of no use without --method gac", options.groups.front().string())};
}

void check_group_sizes(const EvaluateOptions& options) {
  const std::vector<int>& sizes = options.tensor_parallel;
  if (sizes.size() != 1 && sizes.size() != options.models.size())
    throw ConfigError{fmt::format(
        "{} numbers of --tensor-parallel for {} models; give one for all, or one per model in the same order",
        sizes.size(), options.models.size())};
  for (const int ranks : sizes)
    if (ranks < 1 || ranks > kMostGroupRanks)
      throw ConfigError{
          fmt::format("--tensor-parallel {} is not a number from 1 to {}", ranks, kMostGroupRanks)};
}

}  // namespace

void EvaluateOptions::use(Convention chosen) {
  const bool paper = chosen == Convention::paper;
  calibration.beta = paper ? 0.1 : 0.4;
  calibration.decoding = paper ? DecodeCalibration::running : DecodeCalibration::row_only;
  data.letters = paper ? LetterRule::in_context : LetterRule::release;
}

void describe_rows(OptionSet& set, EvaluateOptions& options) {
  describe(set, options.data);
  set.add({"scored-rows", "FILE", "JSON-lines file instead of the scored split (one benchmark only)"},
          options.scored_rows);
  set.add({"items", "N", "answer the first N scored rows; 0: all"}, options.items, at_least(0));
  set.add_switch("draw-items", "draw those N rows by --seed instead: some files are sorted by label",
                 options.draw_items);
  set.add({"calibration-samples", "N", "calibration rows answered too, from which label offsets are learned"},
          options.calibration_samples, at_least(0));
  set.add({"seed", "N", "of the draw of calibration rows"}, options.seed);

  set.add({"choice-scoring", "KIND", "how multiple-choice questions are asked and answered"},
          options.scoring);
  set.add({"shots", "N", "solved examples in front of every question, drawn from the calibration split"},
          options.shots, Bounds<int>{0, 100});
  set.add({"shots-seed", "N", "of their draw"}, options.shots_seed);
}

void describe_calibration(OptionSet& set, EvaluateOptions& options) {
  set.add_preset<Convention>(
      {"convention", "NAME", "gives beta, decoding and letters their values, unless they are named"},
      options.convention, [&options](Convention chosen) { options.use(chosen); });
  describe(set, options.calibration);
}

void describe_run(OptionSet& set, EvaluateOptions& options) {
  set.add({"unit-items", "N", "items of a unit of work; 0: chosen"}, options.unit_items, at_least(0));
  set.add({"attempts", "N", "how often a unit is tried before it is set aside"}, options.attempts,
          Bounds<int>{1, 100});
  describe(set, options.limits);
  set.add_switch("dry-run", "check everything and show the plan, compute nothing", options.dry_run);
  describe(set, options.log);
}

void describe(OptionSet& set, EvaluateOptions& options) {
  set.begin_group("Models");
  set.add({"model", "DIR", "Hugging Face folder"}, options.models);
  set.require("model");
  set.add({"groups", "FILE", "groups file of the model of the same position, for --method gac"},
          options.groups);
  describe_verify(set, options.verify);
  describe(set, options.compute);
  set.add({"tensor-parallel", "T",
           "ranks that hold one copy of the model together; once for all models, or once for each: groups of "
           "several sizes then share the job's ranks"},
          options.tensor_parallel);
  describe_group_place(set, options.compute);

  describe_rows(set, options);

  set.begin_group("Methods");
  set.add({"method", "NAME", "what is done to the model"}, options.methods);
  describe_calibration(set, options);
  set.add({"layers-from", "FILE", "layers that `harsanyi layers` found for the model of the same position"},
          options.layers_from);

  set.begin_group("Run");
  set.add({"results", "FILE", "results file to write; an unfinished one of the same experiment is continued"},
          options.results);
  set.require("results");
  describe_run(set, options);
}

void check(const EvaluateOptions& options) {
  check(options.data);
  if (has_twins(options.models)) throw ConfigError{"--model names the same folder twice"};
  if (has_twins(options.methods)) throw ConfigError{"--method names the same method twice"};
  check_groups(options);
  check_group_sizes(options);
  if (!options.layers_from.empty() && options.layers_from.size() != options.models.size())
    throw ConfigError{
        fmt::format("{} --layers-from files for {} models; give one per model, in the same order",
                    options.layers_from.size(), options.models.size())};
  if (!options.layers_from.empty() && options.calibration.layers != LayerList{})
    throw ConfigError{"--layers and --layers-from both name the layers; give one of them"};
  if (options.data.benchmarks.size() > 1 && !options.scored_rows.empty())
    throw ConfigError{
        fmt::format("--scored-rows {} replaces the rows of one benchmark, but {} are named; name one, "
                    "or put the rows into the --data folder",
                    options.scored_rows.string(), options.data.benchmarks.size())};
}

}  // namespace harsanyi
