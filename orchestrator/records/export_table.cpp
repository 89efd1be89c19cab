#include "orchestrator/records/export_table.hpp"

#include <cmath>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/records/csv_file.hpp"
#include "partition/base/error.hpp"
#include "partition/game/summary.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

/// A coalition as the tables name it.
struct CoalitionCells {
  std::string label;  ///< "{0,2}"
  std::uint32_t members = 0;
  int size = 0;
  std::string heads;  ///< "0 1 2 6 7 8": query heads of its players
};

std::vector<CoalitionCells> coalition_cells(const CubeDescription& cube) {
  std::vector<CoalitionCells> cells;
  for (const Coalition coalition : CoalitionRange{0, cube.plan.shape.coalitions()})
    cells.push_back({label_of(coalition), coalition.bits(), coalition.size(),
                     fmt::format("{}", fmt::join(cube.layout.heads_of(coalition), " "))});
  return cells;
}

/// One value per coalition; NaN where a value of the game is missing.
std::vector<double> dividends_of_sample(const std::vector<double>& values, int players) {
  for (const double value : values)
    if (std::isnan(value))
      return std::vector<double>(values.size(), std::numeric_limits<double>::quiet_NaN());
  return sample_dividends(values, players, Orientation::present, ZeroRule::none);
}

std::int64_t write_values(const DividendCube& cube, const fs::path& file) {
  CsvFile csv{file,
              {"layer", "sample", "benchmark", "row", "gold", "tokens", "coalition", "members", "size",
               "heads", "value", "dividend"}};
  const CubeDescription& description = cube.description();
  const auto cells = coalition_cells(description);
  for (const LayerId layer : LayerRange{0, description.plan.shape.layers}) {
    const auto values = cube.layer_values(layer);
    for (std::size_t sample = 0; sample < description.samples.size(); ++sample) {
      const auto first = values.begin() + static_cast<std::ptrdiff_t>(sample * cells.size());
      const std::vector<double> game{first, first + static_cast<std::ptrdiff_t>(cells.size())};
      const auto dividends = dividends_of_sample(game, description.plan.shape.players);
      const SampleLabel& label = description.samples[sample];
      for (std::size_t i = 0; i < cells.size(); ++i)
        if (!std::isnan(game[i]))
          csv.row(layer.value, sample, label.benchmark, label.row, label.gold, label.tokens, cells[i].label,
                  cells[i].members, cells[i].size, cells[i].heads, game[i], dividends[i]);
    }
  }
  return csv.publish();
}

std::int64_t write_means(const DividendCube& cube, const fs::path& file) {
  const auto layers = cube.summaries();
  if (!layers)
    throw StorageError{
        "an unfinished cube has no means yet; finish it by the same `harsanyi sweep`, or export --table "
        "values"};
  CsvFile csv{file,
              {"layer", "coalition", "members", "size", "heads", "samples", "value_mean", "dividend_mean",
               "dividend_standard_error"}};
  const auto cells = coalition_cells(cube.description());
  for (std::size_t layer = 0; layer < layers->size(); ++layer) {
    const LayerSummary& means = layers->at(layer);
    for (std::size_t i = 0; i < cells.size(); ++i)
      csv.row(layer, cells[i].label, cells[i].members, cells[i].size, cells[i].heads, means.samples,
              means.value_mean[i], means.dividend_mean[i], means.dividend_standard_error[i]);
  }
  return csv.publish();
}

std::int64_t write_samples(const DividendCube& cube, const fs::path& file) {
  CsvFile csv{file, {"sample", "benchmark", "row", "gold", "tokens"}};
  const auto& samples = cube.description().samples;
  for (std::size_t i = 0; i < samples.size(); ++i)
    csv.row(i, samples[i].benchmark, samples[i].row, samples[i].gold, samples[i].tokens);
  return csv.publish();
}

/// [items] true where the answers of one table and method are finished.
std::vector<bool> finished_items(const ResultsFile& results, int table, int method) {
  const ResultsDescription& description = results.description();
  std::vector<bool> finished(description.tables[static_cast<std::size_t>(table)].items.size(), false);
  const auto done = results.done();
  for (const EvaluationUnit& unit : description.plan.units)
    if (unit.table == table && unit.method == method && done[static_cast<std::size_t>(unit.id.index())])
      std::fill(finished.begin() + unit.items.first, finished.begin() + unit.items.last, true);
  return finished;
}

/// Calls `write(table number, table, method number, finished items)` for every table and method.
template <class Write>
void for_each_answered(const ResultsFile& results, const Write& write) {
  const ResultsDescription& description = results.description();
  for (std::size_t table = 0; table < description.tables.size(); ++table)
    for (std::size_t method = 0; method < description.methods.size(); ++method) {
      const int t = static_cast<int>(table);
      const int m = static_cast<int>(method);
      write(t, description.tables[table], m, finished_items(results, t, m));
    }
}

std::string_view label_text(const ResultsTable& table, int label) {
  return label < 0 ? std::string_view{} : std::string_view{table.labels.at(static_cast<std::size_t>(label))};
}

std::string_view text_of(bool truth) {
  return truth ? "true" : "false";
}

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::int64_t write_answers(const ResultsFile& results, const fs::path& file) {
  CsvFile csv{
      file,
      {"model", "benchmark", "method", "answers", "part", "item", "row", "gold", "gold_label", "prediction",
       "predicted_label", "correct", "exact_match", "f1", "exact_match_first", "f1_first"}};
  for_each_answered(results, [&](int t, const ResultsTable& table, int m, const std::vector<bool>& finished) {
    const std::string& method = results.description().methods[static_cast<std::size_t>(m)];
    const bool generated = table.answers == AnswerKind::generated_text;
    const auto scores = generated ? results.text_scores(t, m) : std::vector<float>{};
    const auto predictions = generated ? std::vector<int>{} : results.predictions(t, m);
    for (std::size_t i = 0; i < table.items.size(); ++i) {
      if (!finished[i]) continue;
      const ItemLabel& item = table.items[i];
      if (generated) {
        const float* of_item = scores.data() + i * kTextMeasures;
        csv.row(table.model, table.benchmark, method, name_of(table.answers), name_of(item.part), i, item.row,
                std::string_view{}, std::string_view{}, std::string_view{}, std::string_view{},
                text_of(of_item[0] == 1.0F), of_item[0], of_item[1], of_item[2], of_item[3]);
        continue;
      }
      const int prediction = predictions[i];
      csv.row(table.model, table.benchmark, method, name_of(table.answers), name_of(item.part), i, item.row,
              item.gold, label_text(table, item.gold),
              prediction < 0 ? std::string{} : std::to_string(prediction), label_text(table, prediction),
              text_of(prediction == item.gold), kNone, kNone, kNone, kNone);
    }
  });
  return csv.publish();
}

std::int64_t write_scores(const ResultsFile& results, const fs::path& file) {
  CsvFile csv{
      file, {"model", "benchmark", "method", "part", "item", "row", "gold", "label_index", "label", "score"}};
  for_each_answered(results, [&](int t, const ResultsTable& table, int m, const std::vector<bool>& finished) {
    if (table.answers == AnswerKind::generated_text) return;
    const auto scores = results.label_scores(t, m);
    for (std::size_t i = 0; i < table.items.size(); ++i)
      for (std::size_t label = 0; finished[i] && label < table.labels.size(); ++label)
        if (const float score = scores[i * table.labels.size() + label]; !std::isnan(score))
          csv.row(table.model, table.benchmark, results.description().methods[static_cast<std::size_t>(m)],
                  name_of(table.items[i].part), i, table.items[i].row, table.items[i].gold, label,
                  table.labels[label], score);
  });
  return csv.publish();
}

[[noreturn]] void refuse(ExportTable table, std::string_view kind, std::string_view its) {
  throw ConfigError{fmt::format("--table {}: a {} has no such table; it has {}", name_of(table), kind, its)};
}

}  // namespace

std::int64_t write_table(const DividendCube& cube, ExportTable table, const fs::path& file) {
  switch (table) {
    case ExportTable::values:
      return write_values(cube, file);
    case ExportTable::means:
      return write_means(cube, file);
    case ExportTable::samples:
      return write_samples(cube, file);
    case ExportTable::answers:
    case ExportTable::scores:
      break;
  }
  refuse(table, "cube", "values, means and samples");
}

std::int64_t write_table(const ResultsFile& results, ExportTable table, const fs::path& file) {
  if (table == ExportTable::answers) return write_answers(results, file);
  if (table == ExportTable::scores) return write_scores(results, file);
  refuse(table, "results file", "answers and scores");
}

}  // namespace harsanyi
