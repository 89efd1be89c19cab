#include "orchestrator/report/groups_table.hpp"

#include <cmath>
#include <cstddef>
#include <string>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"
#include "partition/base/named_enum.hpp"

namespace harsanyi {
namespace {

std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{:.4f}", value) : "";
}

void require_same_model(const SalientGroups& groups, std::span<const LayerSummary> summaries) {
  if (summaries.empty()) return;
  const auto coalitions = static_cast<std::size_t>(coalition_count(groups.layout.players));
  if (summaries.size() != groups.layers.size())
    throw ReportError{fmt::format("groups of {} layers and a cube of {} layers belong to different models",
                                  groups.layers.size(), summaries.size())};
  for (const LayerSummary& summary : summaries)
    if (summary.dividend_standard_error.size() != coalitions)
      throw ReportError{
          fmt::format("groups of {} players and a cube of {} coalitions belong to different models",
                      groups.layout.players, summary.dividend_standard_error.size())};
}

std::string note_of(const SalientGroups& groups) {
  return fmt::format(
      "Mean dividend over the samples of {}; margin: its distance to the runner-up. Value scale {}, rule {}, "
      "orientation {}, zero rule {}, edited heads {}. A player is one key/value head with its {} query "
      "heads; players and heads count from 0.",
      groups.benchmarks.empty() ? "all benchmarks" : fmt::format("{}", fmt::join(groups.benchmarks, ", ")),
      name_of(groups.scale), name_of(groups.rule), name_of(groups.orientation), name_of(groups.zero),
      name_of(groups.edited), groups.layout.heads_per_player());
}

}  // namespace

Table groups_table(const SalientGroups& groups, std::span<const LayerSummary> summaries) {
  require_same_model(groups, summaries);
  Table table{.name = "salient_groups",
              .title = "Salient group of every layer",
              .note = note_of(groups),
              .columns = {"layer", "salient group", "edited query heads", "dividend", "margin"},
              .rows = {}};
  if (!summaries.empty()) table.columns.insert(table.columns.end(), {"standard error", "samples"});
  for (std::size_t layer = 0; layer < groups.layers.size(); ++layer) {
    const SalientGroup& group = groups.layers[layer];
    const auto heads = groups.edited_heads(LayerId::from_index(static_cast<std::int64_t>(layer)));
    std::vector<std::string> row{std::to_string(layer), label_of(group.members),
                                 fmt::format("{}", fmt::join(heads, " ")), number(group.dividend),
                                 number(group.margin)};
    if (!summaries.empty()) {
      const auto member_index = static_cast<std::size_t>(group.members.index());
      row.push_back(number(summaries[layer].dividend_standard_error.at(member_index)));
      row.push_back(std::to_string(summaries[layer].samples));
    }
    table.rows.push_back(std::move(row));
  }
  return table;
}

}  // namespace harsanyi
