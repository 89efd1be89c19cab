#include <algorithm>
#include <iostream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/cli/notes.hpp"
#include "orchestrator/job/computed_values.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/report/groups_table.hpp"
#include "orchestrator/report/table.hpp"
#include "partition/base/error.hpp"
#include "partition/game/summary.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "storage/groups/groups_file.hpp"
#include "storage/trial_read.hpp"

namespace harsanyi {
namespace {

// In the order of their first samples.
std::vector<std::string> benchmarks_of(const std::vector<SampleLabel>& samples) {
  std::vector<std::string> names;
  for (const SampleLabel& sample : samples)
    if (names.empty() || names.back() != sample.benchmark) names.push_back(sample.benchmark);
  return names;
}

// [samples] true where a sample's benchmark is named, or none is.
std::vector<bool> chosen_samples(const SelectOptions& options, const std::vector<SampleLabel>& samples) {
  const auto named = [&](const std::string& name) {
    return std::find(options.benchmarks.begin(), options.benchmarks.end(), name) != options.benchmarks.end();
  };
  std::vector<bool> chosen;
  chosen.reserve(samples.size());
  for (const SampleLabel& sample : samples)
    chosen.push_back(options.benchmarks.empty() || named(sample.benchmark));
  for (const std::string& name : options.benchmarks)
    if (std::none_of(samples.begin(), samples.end(),
                     [&](const SampleLabel& sample) { return sample.benchmark == name; }))
      throw ConfigError{fmt::format("'{}' has no samples of benchmark '{}'; it has: {}",
                                    options.cube.string(), name, fmt::join(benchmarks_of(samples), ", "))};
  return chosen;
}

std::vector<LayerSummary> summaries_in(const DividendCube& cube, const SelectOptions& options) {
  const CubeDescription& description = cube.description();
  const std::vector<bool> chosen = chosen_samples(options, description.samples);
  std::vector<LayerSummary> layers;
  for (const LayerId layer : LayerRange{0, description.plan.shape.layers})
    layers.push_back(summarise_layer(computed_values(cube, layer, chosen), description.layout.players,
                                     options.orientation, options.zero, options.scale_of(description.value),
                                     gaps_of(description)));
  return layers;
}

// True where the arg-max is the one whose layers the sweep stopped at.
bool is_decided_choice(const SelectOptions& options, const CubeDescription& cube) {
  const StoppingRule& stopping = cube.stopping;
  return options.rule == stopping.elimination.selection && options.orientation == stopping.orientation &&
         options.zero == stopping.zero && options.scale_of(cube.value) == stopping.scale &&
         (options.benchmarks.empty() || options.benchmarks.size() == cube.plan.shape.pools.size());
}

// What the groups of a sweep that stopped early can claim.
void say_stopping(const SelectOptions& options, const CubeDescription& cube,
                  std::span<const LayerSummary> layers) {
  const StoppingRule& stopping = cube.stopping;
  if (stopping.kind == Stopping::full) return;
  const int all = cube.plan.shape.samples();
  const auto early = std::count_if(layers.begin(), layers.end(),
                                   [&](const LayerSummary& layer) { return layer.samples < all; });
  if (!is_decided_choice(options, cube)) {
    say_note(fmt::format(
        "the sweep stopped layers early for rule {}, orientation {}, zero rule {}, "
        "value scale {} over all its benchmarks; its confidence does not hold for the groups chosen here",
        name_of(stopping.elimination.selection), name_of(stopping.orientation), name_of(stopping.zero),
        name_of(stopping.scale)));
    return;
  }
  std::cout << fmt::format(
      "\n{} of {} layers were decided before all {} samples: each group is that of all samples with "
      "confidence {}{}\n",
      early, layers.size(), all, stopping.elimination.confidence,
      stopping.elimination.indifference > 0.0
          ? fmt::format(", or its mean dividend at most {} below the largest",
                        stopping.elimination.indifference)
          : "");
}

SalientGroups select_groups(const SelectOptions& options, const CubeDescription& cube,
                            std::span<const LayerSummary> layers) {
  SalientGroups groups{
      .layout = cube.layout,
      .layers = {},
      .rule = options.rule,
      .orientation = options.orientation,
      .zero = options.zero,
      .edited = options.edited,
      .scale = options.scale_of(cube.value),
      .benchmarks = options.benchmarks.empty() ? benchmarks_of(cube.samples) : options.benchmarks,
      .cube_digest = cube.identity.digest(),
      .weights_digest = cube.identity.facts().at("model.weights_sha256")};
  for (const LayerSummary& layer : layers)
    groups.layers.push_back(salient_group(layer.dividend_mean, options.rule, gaps_of(cube)));
  return groups;
}

}  // namespace

ExitCode run_select(const SelectOptions& options, const Invocation& invocation) {
  require_one_process("select");
  require_harmless(options.cube);
  const DividendCube cube = DividendCube::open(options.cube);
  if (!cube.complete())
    throw StorageError{fmt::format("'{}' is not finished; run the same `harsanyi sweep` again, then select",
                                   options.cube.string())};
  const std::vector<LayerSummary> layers = summaries_in(cube, options);
  const SalientGroups groups = select_groups(options, cube.description(), layers);
  write_groups(options.groups, groups, provenance_of(invocation.command_line, invocation.configuration),
               options.overwrite);
  std::cout << to_plain_text(groups_table(groups, layers));
  say_stopping(options, cube.description(), layers);
  std::cout << fmt::format("\ngroups written: {}\n", options.groups.string());
  return ExitCode::ok;
}

}  // namespace harsanyi
