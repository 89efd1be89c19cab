#include "tests/storage/sample_files.hpp"

#include <fstream>
#include <iterator>
#include <numeric>

#include "partition/base/error.hpp"

namespace harsanyi::test {

CubeDescription cube_of(int layers, int players, std::vector<int> pools, Sharding sharding) {
  CubeDescription d;
  d.plan = make_sweep_plan({.layers = layers, .players = players, .pools = std::move(pools)}, sharding);
  d.layout = PlayerLayout::from_heads(3 * players, players);
  for (int sample = 0; sample < d.plan.shape.samples(); ++sample)
    d.samples.push_back(
        {sample < d.plan.shape.pools[0] ? "sst2" : "trec", 10 + sample, sample % 2, 30 + sample});
  d.identity.set("weights", "0123abcd");
  d.identity.set("epsilon", "1e-05");
  d.identity.set("text with / and ü", "");
  d.provenance = {{"program", "harsanyi 0.1.0"}, {"command", "harsanyi sweep --model m"}};
  return d;
}

CubeDescription small_cube() {
  return cube_of(3, 2, {5, 2}, {.layers = 2, .coalitions = 2, .samples = 2});
}

double value_at(std::int64_t layer, std::int64_t sample, std::int64_t coalition) {
  return static_cast<double>(layer) + 0.1 * static_cast<double>(sample) -
         1.0 / 3.0 * static_cast<double>(coalition);
}

Block block_of(const SweepUnit& unit) {
  Block block{unit.id, {}};
  for (auto layer = unit.layers.first; layer < unit.layers.last; ++layer)
    for (auto sample = unit.samples.first; sample < unit.samples.last; ++sample)
      for (auto coalition = unit.coalitions.first; coalition < unit.coalitions.last; ++coalition)
        block.values.push_back(value_at(layer, sample, coalition));
  return block;
}

std::vector<Block> all_blocks(const SweepPlan& plan) {
  std::vector<Block> blocks;
  for (const auto& unit : plan.units) blocks.push_back(block_of(unit));
  return blocks;
}

std::vector<LayerSummary> summaries_of(const DividendCube& cube) {
  const auto& shape = cube.description().plan.shape;
  std::vector<LayerSummary> summaries;
  for (const auto layer : LayerRange{0, shape.layers})
    summaries.push_back(
        summarise_layer(cube.layer_values(layer), shape.players, Orientation::present, ZeroRule::none));
  return summaries;
}

ResultsDescription small_results() {
  ResultsDescription d;
  d.methods = {"vanilla", "gac"};
  const auto table = [&](int model, const std::string& name, const std::string& benchmark,
                         std::vector<std::string> labels, int items) {
    ResultsTable t{.model = name, .benchmark = benchmark, .labels = std::move(labels), .items = {}};
    for (int i = 0; i < items; ++i)
      t.items.push_back({i < items - 2 ? ItemPart::scored : ItemPart::calibration, i, i % 2});
    d.plan.tables.push_back({model, 2, items, t.answers, t.width()});
    d.tables.push_back(std::move(t));
  };
  table(0, "smollm2", "sst2", {"positive", "negative"}, 7);
  table(0, "smollm2", "mood", {"glad", "sad", "neither"}, 4);
  table(1, "a-model", "sst2", {"positive", "negative"}, 5);
  d.plan = make_evaluation_plan(d.plan.tables, 3);
  d.identity.set("weights", "0123abcd");
  d.provenance = {{"program", "harsanyi 0.1.0"}};
  return d;
}

float logit_at(int table, int method, std::int64_t item, int label) {
  return static_cast<float>(table) + 0.1F * static_cast<float>(method) +
         static_cast<float>((item + label) % 3) * 1.5F;
}

Block block_of(const EvaluationUnit& unit, const EvaluationPlan& plan) {
  Block block{unit.id, {}};
  const int labels = plan.tables[static_cast<std::size_t>(unit.table)].width;
  for (auto item = unit.items.first; item < unit.items.last; ++item) {
    int best = 0;
    for (int label = 0; label < labels; ++label) {
      block.values.push_back(logit_at(unit.table, unit.method, item, label));
      if (logit_at(unit.table, unit.method, item, label) > logit_at(unit.table, unit.method, item, best))
        best = label;
    }
    block.values.push_back(best);
  }
  return block;
}

std::vector<Block> all_blocks(const EvaluationPlan& plan) {
  std::vector<Block> blocks;
  for (const auto& unit : plan.units) blocks.push_back(block_of(unit, plan));
  return blocks;
}

SalientGroups small_groups() {
  SalientGroups groups;
  groups.layout = PlayerLayout::from_heads(9, 3);
  groups.layers = {
      {Coalition{0b101}, 0.75, 0.25}, {Coalition{0b000}, 0.0, 0.0}, {Coalition{0b111}, 1.0 / 3.0, 1e-9}};
  groups.rule = SelectionRule::common_of_positive;
  groups.orientation = Orientation::masked;
  groups.zero = ZeroRule::code;
  groups.edited = EditedHeads::inside_group;
  groups.cube_digest = "cafe";
  groups.weights_digest = "0123abcd";
  return groups;
}

ForwardRecord small_forward() {
  const auto counted = [](std::size_t length) {
    std::vector<float> values(length);
    std::iota(values.begin(), values.end(), 0.5F);
    return values;
  };
  ForwardRecord record;
  record.shape = {.layers = 2, .heads = 3, .hidden = 4, .vocabulary = 5};
  record.prompts.push_back({.tokens = {7, 8, 9},
                            .token_texts = {"a", " b", "ü"},
                            .positions = {},
                            .logits = counted(3 * 5),
                            .hidden = counted(3 * 3 * 4),
                            .attention = counted(2 * 3 * 3 * 3),
                            .facts = {{"text", "a bü"}, {"gold", "1"}}});
  record.prompts.push_back({.tokens = {1, 2},
                            .token_texts = {},
                            .positions = {1},
                            .logits = counted(5),
                            .hidden = {},
                            .attention = {},
                            .facts = {}});
  record.identity.set("weights", "0123abcd");
  record.provenance = {{"program", "harsanyi 0.1.0"}};
  return record;
}

std::string content_of(const std::filesystem::path& file) {
  std::ifstream stream{file, std::ios::binary};
  return {std::istreambuf_iterator<char>{stream}, std::istreambuf_iterator<char>{}};
}

void write_content(const std::filesystem::path& file, std::string_view content) {
  std::ofstream{file, std::ios::binary}.write(content.data(), static_cast<std::streamsize>(content.size()));
}

}  // namespace harsanyi::test
