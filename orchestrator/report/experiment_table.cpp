#include "orchestrator/report/experiment_table.hpp"

#include <map>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/named_enum.hpp"

namespace harsanyi {
namespace {

/// Collects the facts of one file.
class Facts {
 public:
  Facts(Table& table, std::string_view file) : table_{table}, file_{file} {}

  void add(std::string_view kind, std::string_view name, std::string value) {
    table_.rows.push_back({file_, std::string{kind}, std::string{name}, std::move(value)});
  }
  void add_all(std::string_view kind, const std::map<std::string, std::string>& facts) {
    for (const auto& [name, value] : facts) add(kind, name, value);
  }
  void add_identity(const Identity& identity) {
    add("identity", "digest", identity.digest());
    add_all("identity", identity.facts());
  }

 private:
  Table& table_;
  std::string file_;
};

void add_facts(Table& table, const std::string& file, const CubeDescription& cube) {
  Facts facts{table, file};
  const GameShape& shape = cube.plan.shape;
  facts.add("shape", "layers", std::to_string(shape.layers));
  facts.add("shape", "players", std::to_string(shape.players));
  facts.add("shape", "query heads", std::to_string(cube.layout.query_heads));
  facts.add("shape", "samples", std::to_string(shape.samples()));
  facts.add("convention", "mask", std::string{name_of(cube.mask)});
  if (uses_epsilon(cube.mask)) facts.add("convention", "epsilon", fmt::format("{}", cube.epsilon));
  facts.add("convention", "value", std::string{name_of(cube.value)});
  facts.add("convention", "stopping", std::string{name_of(cube.stopping.kind)});
  facts.add_identity(cube.identity);
  facts.add_all("provenance", cube.provenance);
}

void add_facts(Table& table, const std::string& file, const SalientGroups& groups) {
  Facts facts{table, file};
  facts.add("convention", "selection rule", std::string{name_of(groups.rule)});
  facts.add("convention", "orientation", std::string{name_of(groups.orientation)});
  facts.add("convention", "zero rule", std::string{name_of(groups.zero)});
  facts.add("convention", "edited heads", std::string{name_of(groups.edited)});
  facts.add("convention", "value scale", std::string{name_of(groups.scale)});
  facts.add("identity", "benchmarks", fmt::format("{}", fmt::join(groups.benchmarks, ", ")));
  facts.add("identity", "cube digest", groups.cube_digest);
  facts.add("identity", "weights digest", groups.weights_digest);
}

void add_facts(Table& table, const std::string& file, const ResultsDescription& results) {
  Facts facts{table, file};
  facts.add_identity(results.identity);
  facts.add_all("provenance", results.provenance);
}

template <class Part>
void add_each(Table& table, const std::string& kind, const std::vector<const Part*>& parts) {
  for (std::size_t i = 0; i < parts.size(); ++i)
    add_facts(table, parts.size() > 1 ? fmt::format("{} {}", kind, i + 1) : kind, *parts[i]);
}

}  // namespace

Table experiment_table(const ExperimentParts& parts) {
  Table table{
      .name = "experiment",
      .title = "Experiment",
      .note =
          "Identity: all that decides a number; results of different digests never mix. Provenance: what "
          "does not.",
      .columns = {"file", "kind", "name", "value"},
      .rows = {}};
  add_each(table, "cube", parts.cubes);
  add_each(table, "groups", parts.groups);
  add_each(table, "results", parts.results);
  return table;
}

}  // namespace harsanyi
