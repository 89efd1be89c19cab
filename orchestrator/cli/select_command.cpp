#include <iostream>

#include <fmt/format.h>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/job/provenance.hpp"
#include "orchestrator/report/groups_table.hpp"
#include "orchestrator/report/table.hpp"
#include "partition/base/error.hpp"
#include "partition/game/summary.hpp"
#include "storage/cube/dividend_cube.hpp"
#include "storage/groups/groups_file.hpp"

namespace harsanyi {
namespace {

std::vector<LayerSummary> summaries_in(const DividendCube& cube, Orientation orientation, ZeroRule zero) {
  std::vector<LayerSummary> layers;
  for (const LayerId layer : LayerRange{0, cube.description().plan.shape.layers})
    layers.push_back(
        summarise_layer(cube.layer_values(layer), cube.description().layout.players, orientation, zero));
  return layers;
}

SalientGroups select_groups(const SelectOptions& options, const CubeDescription& cube,
                            std::span<const LayerSummary> layers) {
  SalientGroups groups{.layout = cube.layout,
                       .layers = {},
                       .rule = options.rule,
                       .orientation = options.orientation,
                       .zero = options.zero,
                       .edited = options.edited,
                       .cube_digest = cube.identity.digest(),
                       .weights_digest = cube.identity.facts().at("model.weights_sha256")};
  for (const LayerSummary& layer : layers)
    groups.layers.push_back(salient_group(layer.dividend_mean, options.rule));
  return groups;
}

}  // namespace

ExitCode run_select(const SelectOptions& options, const Invocation& invocation) {
  const DividendCube cube = DividendCube::open(options.cube);
  if (!cube.complete())
    throw StorageError{fmt::format("'{}' is not finished; run the same `harsanyi sweep` again, then select",
                                   options.cube.string())};
  const std::vector<LayerSummary> layers = summaries_in(cube, options.orientation, options.zero);
  const SalientGroups groups = select_groups(options, cube.description(), layers);
  write_groups(options.groups, groups, provenance_of(invocation.command_line, invocation.configuration),
               options.overwrite);
  std::cout << to_plain_text(groups_table(groups, layers))
            << fmt::format("\ngroups written: {}\n", options.groups.string());
  return ExitCode::ok;
}

}  // namespace harsanyi
