#include "storage/results/results_file.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/record_file.hpp"
#include "storage/results/results_layout.hpp"

namespace harsanyi {
namespace {

struct OpenTable {
  hdf5::Dataset label_logit;  ///< [method, item, label]
  hdf5::Dataset prediction;   ///< [method, item]
};

/// Arg-max of each row of [items, labels], the first of equals.
std::vector<std::int32_t> predictions_of(const std::vector<float>& logits, std::size_t labels) {
  std::vector<std::int32_t> predictions;
  for (auto row = logits.begin(); row != logits.end(); row += static_cast<std::ptrdiff_t>(labels))
    predictions.push_back(
        static_cast<std::int32_t>(std::max_element(row, row + static_cast<std::ptrdiff_t>(labels)) - row));
  return predictions;
}

/// The block as the file keeps it: label logits are float32. The checksum is over these values.
Block rounded(const Block& block) {
  Block result{block.unit, {}};
  result.values.reserve(block.values.size());
  for (const double v : block.values) result.values.push_back(static_cast<float>(v));
  return result;
}

}  // namespace

struct ResultsFile::State final : UnitPlaces {
  RecordFile record;
  ResultsDescription description;
  std::vector<OpenTable> tables;

  explicit State(RecordFile opened)
      : record{std::move(opened)}, description{read_results_layout(record.file())} {
    description.identity = record.identity();
    description.provenance = record.provenance();
    const hsize_t methods = description.methods.size();
    for (const auto& table : description.tables) {
      const auto group = group_of(table);
      const hsize_t items = table.items.size();
      tables.push_back(
          {hdf5::open(record.file().get(), group + "/label_logit", {methods, items, table.labels.size()}),
           hdf5::open(record.file().get(), group + "/prediction", {methods, items})});
    }
  }

  [[nodiscard]] const EvaluationUnit& unit(UnitId id) const {
    return description.plan.units[static_cast<std::size_t>(id.index())];
  }
  [[nodiscard]] const OpenTable& table_of(UnitId id) const {
    return tables[static_cast<std::size_t>(unit(id).table)];
  }
  [[nodiscard]] hsize_t labels_of(UnitId id) const {
    return static_cast<hsize_t>(description.plan.tables[static_cast<std::size_t>(unit(id).table)].labels);
  }
  [[nodiscard]] hdf5::Box logit_box(UnitId id) const {
    const auto& u = unit(id);
    return {{static_cast<hsize_t>(u.method), static_cast<hsize_t>(u.items.first), 0},
            {1, static_cast<hsize_t>(u.items.size()), labels_of(id)}};
  }
  [[nodiscard]] hdf5::Box prediction_box(UnitId id) const {
    const auto& u = unit(id);
    return {{static_cast<hsize_t>(u.method), static_cast<hsize_t>(u.items.first)},
            {1, static_cast<hsize_t>(u.items.size())}};
  }

  [[nodiscard]] std::int64_t values_of(UnitId id) const override {
    return unit(id).items.size() * static_cast<std::int64_t>(labels_of(id));
  }
  void write(const Block& block) override {
    const std::vector<float> logits(block.values.begin(), block.values.end());
    hdf5::write<float>(table_of(block.unit).label_logit, logit_box(block.unit), logits);
    hdf5::write<std::int32_t>(table_of(block.unit).prediction, prediction_box(block.unit),
                              predictions_of(logits, labels_of(block.unit)));
  }
  [[nodiscard]] std::vector<double> read(UnitId id) const override {
    const auto logits = hdf5::read<float>(table_of(id).label_logit, logit_box(id));
    return {logits.begin(), logits.end()};
  }

  /// @throws StorageError  if there is no such table or method
  [[nodiscard]] const OpenTable& require_table(int table, int method) const {
    if (table < 0 || static_cast<std::size_t>(table) >= tables.size() || method < 0 ||
        static_cast<std::size_t>(method) >= description.methods.size())
      throw StorageError{fmt::format("{}: has no table {} with method {} (it has {} tables and {} methods)",
                                     hdf5::file_of(record.file().get()), table, method, tables.size(),
                                     description.methods.size())};
    return tables[static_cast<std::size_t>(table)];
  }

  /// Replaces what unfinished units may have left in one method's column of a table.
  /// @param width  elements per item
  template <class T>
  void blank_unfinished(std::vector<T>& column, int table, int method, std::size_t width,
                        const std::vector<bool>& finished, T blank) const {
    for (const auto& u : description.plan.units)
      if (u.table == table && u.method == method && !finished[static_cast<std::size_t>(u.id.index())])
        std::fill_n(column.begin() + u.items.first * static_cast<std::int64_t>(width),
                    u.items.size() * static_cast<std::int64_t>(width), blank);
  }
};

ResultsFile ResultsFile::open_or_create(const std::filesystem::path& file,
                                        const ResultsDescription& description) {
  require_consistent(description);
  auto record =
      RecordFile::open_or_create(file, {.format = kResults,
                                        .units = static_cast<std::int64_t>(description.plan.units.size()),
                                        .bytes = results_bytes(description),
                                        .identity = description.identity,
                                        .provenance = description.provenance,
                                        .fill = [&](const hdf5::File& made, const hdf5::Dataset& unit_axis) {
                                          write_results_layout(made, unit_axis, description);
                                        }});
  auto state = std::make_unique<State>(std::move(record));
  if (const auto differences = layout_differences(description, state->description); !differences.empty())
    throw StorageError{
        fmt::format("{}: has other tables or units than this run, though both have the same identity; "
                    "choose another output file. 'Here' is this run, 'the other' is the file:\n  {}",
                    file.string(), fmt::join(differences, "\n  "))};
  return ResultsFile{std::move(state)};
}

ResultsFile ResultsFile::open(const std::filesystem::path& file) {
  return ResultsFile{std::make_unique<State>(RecordFile::open(file, kResults))};
}

bool ResultsFile::is_finished(const std::filesystem::path& file, const Identity& identity) {
  return RecordFile::is_finished(file, kResults, identity);
}

ResultsFile::ResultsFile(std::unique_ptr<State> state) : state_{std::move(state)} {}
ResultsFile::ResultsFile(ResultsFile&&) noexcept = default;
ResultsFile& ResultsFile::operator=(ResultsFile&&) noexcept = default;
ResultsFile::~ResultsFile() = default;

std::vector<bool> ResultsFile::done() const {
  return state_->record.done();
}

void ResultsFile::store(std::span<const Block> blocks) {
  std::vector<Block> stored;
  stored.reserve(blocks.size());
  for (const auto& block : blocks) stored.push_back(rounded(block));
  state_->record.store(stored, *state_);
}

bool ResultsFile::complete() const {
  return state_->record.complete();
}

void ResultsFile::mark_complete() {
  state_->record.mark_complete();
}

const ResultsDescription& ResultsFile::description() const noexcept {
  return state_->description;
}

std::vector<float> ResultsFile::label_logits(int table, int method) const {
  const auto& opened = state_->require_table(table, method);
  const auto finished = done();  // before the values: a unit done by now has its values on the disk
  const auto shape = hdf5::shape_of(opened.label_logit);
  auto logits =
      hdf5::read<float>(opened.label_logit, {{static_cast<hsize_t>(method), 0, 0}, {1, shape[1], shape[2]}});
  state_->blank_unfinished(logits, table, method, shape[2], finished,
                           std::numeric_limits<float>::quiet_NaN());
  return logits;
}

std::vector<int> ResultsFile::predictions(int table, int method) const {
  const auto& opened = state_->require_table(table, method);
  const auto finished = done();
  const auto shape = hdf5::shape_of(opened.prediction);
  auto predictions =
      hdf5::read<std::int32_t>(opened.prediction, {{static_cast<hsize_t>(method), 0}, {1, shape[1]}});
  state_->blank_unfinished(predictions, table, method, 1, finished, std::int32_t{-1});
  return {predictions.begin(), predictions.end()};
}

std::vector<UnitId> ResultsFile::damaged_units() const {
  auto damaged = state_->record.damaged_units(*state_);
  const auto finished = done();
  for (const auto& unit : state_->description.plan.units) {
    if (!finished[static_cast<std::size_t>(unit.id.index())]) continue;
    const auto& table = state_->table_of(unit.id);
    const auto logits = hdf5::read<float>(table.label_logit, state_->logit_box(unit.id));
    const auto predictions = hdf5::read<std::int32_t>(table.prediction, state_->prediction_box(unit.id));
    if (predictions != predictions_of(logits, state_->labels_of(unit.id))) damaged.push_back(unit.id);
  }
  std::sort(damaged.begin(), damaged.end());
  damaged.erase(std::unique(damaged.begin(), damaged.end()), damaged.end());
  return damaged;
}

void ResultsFile::forget(std::span<const UnitId> units) {
  state_->record.forget(units);
}

}  // namespace harsanyi
