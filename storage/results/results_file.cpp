#include "storage/results/results_file.hpp"

#include <algorithm>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/record_file.hpp"
#include "storage/results/results_columns.hpp"
#include "storage/results/results_layout.hpp"

namespace harsanyi {
namespace {

/// The block as the file keeps it: real numbers are float32. The checksum is over these values.
Block rounded(const Block& block) {
  Block result{block.unit, {}};
  result.values.reserve(block.values.size());
  for (const double v : block.values) result.values.push_back(static_cast<float>(v));
  return result;
}

RecordFile::Contents contents_of(const ResultsDescription& description, hdf5::Storage answers) {
  return {.format = kResults,
          .units = static_cast<std::int64_t>(description.plan.units.size()),
          .bytes = answers == hdf5::Storage::contiguous ? results_bytes(description) : 0,
          .identity = description.identity,
          .provenance = description.provenance,
          .fill = [&description, answers](const hdf5::File& made, const hdf5::Dataset& unit_axis) {
            write_results_layout(made, unit_axis, description, answers);
          }};
}

}  // namespace

struct ResultsFile::State final : UnitPlaces {
  RecordFile record;
  ResultsDescription description;
  std::vector<ResultsColumns> tables;

  explicit State(RecordFile opened)
      : record{std::move(opened)}, description{read_results_layout(record.file())} {
    description.identity = record.identity();
    description.provenance = record.provenance();
    for (const auto& table : description.tables)
      tables.emplace_back(record.file().get(), group_of(table), table, description.methods.size());
  }

  [[nodiscard]] const EvaluationUnit& unit(UnitId id) const {
    return description.plan.units[static_cast<std::size_t>(id.index())];
  }
  [[nodiscard]] const ResultsColumns& table_of(UnitId id) const {
    return tables[static_cast<std::size_t>(unit(id).table)];
  }

  [[nodiscard]] std::int64_t values_of(UnitId id) const override {
    const auto& u = unit(id);
    return u.items.size() * description.plan.tables[static_cast<std::size_t>(u.table)].values_per_item();
  }
  void write(const Block& block) override {
    const auto& u = unit(block.unit);
    table_of(block.unit).write(u.method, u.items, block.values);
  }
  [[nodiscard]] std::vector<double> read(UnitId id) const override {
    return table_of(id).read(unit(id).method, unit(id).items);
  }

  /// @throws StorageError  if there is no such table or method
  [[nodiscard]] const ResultsColumns& require_table(int table, int method) const {
    if (table < 0 || static_cast<std::size_t>(table) >= tables.size() || method < 0 ||
        static_cast<std::size_t>(method) >= description.methods.size())
      throw StorageError{fmt::format("{}: has no table {} with method {} (it has {} tables and {} methods)",
                                     hdf5::file_of(record.file().get()), table, method, tables.size(),
                                     description.methods.size())};
    return tables[static_cast<std::size_t>(table)];
  }

  /// One column of floats, blank where no finished unit wrote it.
  [[nodiscard]] std::vector<float> finished_floats(int table, int method, const char* column,
                                                   std::size_t width) const {
    const auto& opened = require_table(table, method);
    const auto finished = record.done();  // before the values: a unit done by now has its values on the disk
    auto values = opened.floats(method, column);
    blank_unfinished(values, table, method, width, finished, std::numeric_limits<float>::quiet_NaN());
    return values;
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
  auto record = RecordFile::open_or_create(file, contents_of(description, hdf5::Storage::contiguous));
  auto state = std::make_unique<State>(std::move(record));
  if (state->tables.front().storage() != hdf5::Storage::contiguous)
    throw compressed_copy_error(file, "evaluate");
  if (const auto differences = layout_differences(description, state->description); !differences.empty())
    throw StorageError{
        fmt::format("{}: has other tables or units than this run, though both have the same identity; "
                    "choose another output file. 'Here' is this run, 'the other' is the file:\n  {}",
                    file.string(), fmt::join(differences, "\n  "))};
  return ResultsFile{std::move(state)};
}

void ResultsFile::make(const std::filesystem::path& file, const ResultsDescription& description,
                       bool overwrite, const std::function<void(ResultsFile&)>& fill) {
  require_consistent(description);
  std::optional<ResultsFile> results;  // outlives a failed call, which empties the file before it is closed
  RecordFile::make(file, contents_of(description, hdf5::Storage::contiguous), overwrite,
                   [&](RecordFile record) {
                     results = ResultsFile{std::make_unique<State>(std::move(record))};
                     fill(*results);
                     results->state_->record.sync();
                     results.reset();
                   });
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

std::vector<float> ResultsFile::label_scores(int table, int method) const {
  static_cast<void>(state_->require_table(table, method));
  const ResultsTable& labels = state_->description.tables[static_cast<std::size_t>(table)];
  return state_->finished_floats(
      table, method, labels.answers == AnswerKind::option_likelihood ? kLogLikelihood : kLabelLogit,
      labels.labels.size());
}

std::vector<int> ResultsFile::predictions(int table, int method) const {
  const auto& opened = state_->require_table(table, method);
  const auto finished = done();
  auto predictions = opened.integers(method, kPrediction);
  state_->blank_unfinished(predictions, table, method, 1, finished, std::int32_t{-1});
  return {predictions.begin(), predictions.end()};
}

std::vector<float> ResultsFile::text_scores(int table, int method) const {
  return state_->finished_floats(table, method, kTextScore, kTextMeasures);
}

std::vector<UnitState> ResultsFile::states() const {
  return state_->record.states();
}

std::vector<UnitId> ResultsFile::damaged_units(const UnitsRead& read) const {
  return state_->record.damaged_units(*state_, read);
}

Block ResultsFile::block(UnitId unit) const {
  return {unit, state_->record.verified(unit, *state_)};
}

void ResultsFile::forget(std::span<const UnitId> units) {
  state_->record.forget(units);
}

void ResultsFile::write_compressed_copy(const std::filesystem::path& file, const Provenance& added,
                                        bool overwrite) const {
  ResultsDescription description = state_->description;
  description.provenance.insert(added.begin(), added.end());
  std::optional<ResultsFile> copy;  // outlives a failed call, which empties the file before it is closed
  RecordFile::make(file, contents_of(description, hdf5::Storage::compressed), overwrite,
                   [&](RecordFile record) {
                     copy = ResultsFile{std::make_unique<State>(std::move(record))};
                     State& to = *copy->state_;
                     to.record.copy_marks(state_->record);  // before the answers: a run may be at work
                     const auto finished = done();
                     for (const EvaluationUnit& unit : description.plan.units)
                       if (finished[static_cast<std::size_t>(unit.id.index())])
                         to.write({unit.id, state_->read(unit.id)});
                     if (complete()) to.record.mark_complete();
                     to.record.sync();
                     copy.reset();
                   });
}

bool ResultsFile::is_compressed_copy() const {
  return state_->tables.front().storage() == hdf5::Storage::compressed;
}

}  // namespace harsanyi
