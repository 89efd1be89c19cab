#include "storage/cube/dividend_cube.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/cube/cube_layout.hpp"
#include "storage/cube/cube_profile.hpp"
#include "storage/record_file.hpp"

namespace harsanyi {

struct DividendCube::State final : UnitPlaces {
  RecordFile record;
  CubeDescription description;
  hdf5::Dataset value;
  std::optional<CubeProfile> profile;

  explicit State(RecordFile opened)
      : record{std::move(opened)},
        description{read_cube_layout(record.file())},
        value{hdf5::open(record.file().get(), "value", value_shape(description))},
        profile{CubeProfile::open(record.file())} {
    description.identity = record.identity();
    description.provenance = record.provenance();
  }

  [[nodiscard]] const SweepUnit& unit(UnitId id) const {
    return description.plan.units[static_cast<std::size_t>(id.index())];
  }
  [[nodiscard]] hdf5::Box box_of(UnitId id) const {
    const auto& u = unit(id);
    return {{static_cast<hsize_t>(u.layers.first), static_cast<hsize_t>(u.samples.first),
             static_cast<hsize_t>(u.coalitions.first)},
            {static_cast<hsize_t>(u.layers.size()), static_cast<hsize_t>(u.samples.size()),
             static_cast<hsize_t>(u.coalitions.size())}};
  }
  [[nodiscard]] hdf5::Dataset summary_table(const std::string& name) const {
    const auto shape = value_shape(description);
    return hdf5::open(record.file().get(), name, {shape[0], shape[2]});
  }

  [[nodiscard]] std::int64_t values_of(UnitId id) const override { return unit(id).values(); }
  void write(const Block& block) override {
    hdf5::write<double>(value, box_of(block.unit), block.values);
    if (profile && block.profile) profile->write(block.unit, *block.profile);
  }
  [[nodiscard]] std::vector<double> read(UnitId id) const override {
    return hdf5::read<double>(value, box_of(id));
  }
};

namespace {

hdf5::Box one_layer(std::int64_t layer, hsize_t coalitions) {
  return {{static_cast<hsize_t>(layer), 0}, {1, coalitions}};
}

void require_summaries(const std::string& file, std::span<const LayerSummary> layers,
                       const GameShape& shape) {
  const auto coalitions = static_cast<std::size_t>(shape.coalitions());
  const bool fits = layers.size() == static_cast<std::size_t>(shape.layers) &&
                    std::all_of(layers.begin(), layers.end(), [&](const LayerSummary& s) {
                      return s.value_mean.size() == coalitions && s.dividend_mean.size() == coalitions &&
                             s.dividend_standard_error.size() == coalitions;
                    });
  if (!fits)
    throw StorageError{
        fmt::format("{}: cannot write summaries of {} layers (the cube has {} layers of {} coalitions); "
                    "summarise every layer of this cube",
                    file, layers.size(), shape.layers, coalitions)};
}

void require_layer(const hdf5::Dataset& value, LayerId layer, int layers) {
  if (layer.index() < 0 || layer.index() >= layers)
    throw StorageError{fmt::format("{}: has no layer {} (its layers are 0 to {})", hdf5::file_of(value.get()),
                                   layer.value, layers - 1)};
}

RecordFile::Contents contents_of(const CubeDescription& description, hdf5::Storage value_storage) {
  return {.format = kDividendCube,
          .units = static_cast<std::int64_t>(description.plan.units.size()),
          .bytes = value_storage == hdf5::Storage::contiguous ? cube_bytes(description) : 0,
          .identity = description.identity,
          .provenance = description.provenance,
          .fill = [&description, value_storage](const hdf5::File& made, const hdf5::Dataset& unit_axis) {
            write_cube_layout(made, unit_axis, description, value_storage);
          }};
}

/// Sets the values of one unit's part of a layer's [samples, coalitions] table to NaN.
void blank(std::vector<double>& table, const SweepUnit& unit, std::int64_t coalitions) {
  for (auto sample = unit.samples.first; sample < unit.samples.last; ++sample)
    std::fill_n(table.begin() + sample * coalitions + unit.coalitions.first, unit.coalitions.size(),
                std::numeric_limits<double>::quiet_NaN());
}

}  // namespace

DividendCube DividendCube::open_or_create(const std::filesystem::path& file,
                                          const CubeDescription& description) {
  require_consistent(description);
  auto record = RecordFile::open_or_create(file, contents_of(description, hdf5::Storage::contiguous));
  auto state = std::make_unique<State>(std::move(record));
  if (hdf5::storage_of(state->value) != hdf5::Storage::contiguous) throw compressed_copy_error(file, "sweep");
  if (const auto differences = layout_differences(description, state->description); !differences.empty())
    throw StorageError{
        fmt::format("{}: was cut into other units or samples than this run, though both have the same "
                    "identity; choose another output file. 'Here' is this run, 'the other' is the "
                    "file:\n  {}",
                    file.string(), fmt::join(differences, "\n  "))};
  return DividendCube{std::move(state)};
}

void DividendCube::make(const std::filesystem::path& file, const CubeDescription& description, bool overwrite,
                        const std::function<void(DividendCube&)>& fill) {
  require_consistent(description);
  std::optional<DividendCube> cube;  // outlives a failed call, which empties the file before it is closed
  RecordFile::make(file, contents_of(description, hdf5::Storage::contiguous), overwrite,
                   [&](RecordFile record) {
                     cube = DividendCube{std::make_unique<State>(std::move(record))};
                     fill(*cube);
                     cube->state_->record.sync();
                     cube.reset();
                   });
}

DividendCube DividendCube::open(const std::filesystem::path& file) {
  return DividendCube{std::make_unique<State>(RecordFile::open(file, kDividendCube))};
}

bool DividendCube::is_finished(const std::filesystem::path& file, const Identity& identity) {
  return RecordFile::is_finished(file, kDividendCube, identity);
}

DividendCube::DividendCube(std::unique_ptr<State> state) : state_{std::move(state)} {}
DividendCube::DividendCube(DividendCube&&) noexcept = default;
DividendCube& DividendCube::operator=(DividendCube&&) noexcept = default;
DividendCube::~DividendCube() = default;

std::vector<UnitState> DividendCube::states() const {
  return state_->record.states();
}

std::int64_t DividendCube::count_of(UnitState state) const {
  const auto all = states();
  return std::count(all.begin(), all.end(), state);
}

std::vector<bool> DividendCube::done() const {
  return state_->record.done();
}

void DividendCube::store(std::span<const Block> blocks) {
  state_->record.store(blocks, *state_);
}

bool DividendCube::complete() const {
  return state_->record.complete();
}

const CubeDescription& DividendCube::description() const noexcept {
  return state_->description;
}

std::vector<double> DividendCube::layer_values(LayerId layer) const {
  const auto& plan = state_->description.plan;
  const auto shape = value_shape(state_->description);
  require_layer(state_->value, layer, plan.shape.layers);
  const auto finished = done();  // before the values: a unit done by now has its values on the disk
  auto values = hdf5::read<double>(state_->value,
                                   {{static_cast<hsize_t>(layer.index()), 0, 0}, {1, shape[1], shape[2]}});
  for (const auto& unit : plan.units)
    if (unit.layers.contains(layer) && !finished[static_cast<std::size_t>(unit.id.index())])
      blank(values, unit, plan.shape.coalitions());
  return values;
}

std::vector<bool> DividendCube::computed_samples(LayerId layer) const {
  const auto& plan = state_->description.plan;
  require_layer(state_->value, layer, plan.shape.layers);
  const auto all = states();
  std::vector<bool> some(static_cast<std::size_t>(plan.shape.samples()));
  std::vector<bool> open(some.size());
  for (const auto& unit : plan.units) {
    if (!unit.layers.contains(layer)) continue;
    const UnitState state = all[static_cast<std::size_t>(unit.id.index())];
    auto& marked = state == UnitState::done ? some : open;
    if (state != UnitState::not_needed)
      std::fill(marked.begin() + unit.samples.first, marked.begin() + unit.samples.last, true);
  }
  std::transform(some.begin(), some.end(), open.begin(), some.begin(),
                 [](bool has_some, bool lacks_some) { return has_some && !lacks_some; });
  return some;
}

std::vector<UnitId> DividendCube::damaged_units(const UnitsRead& read) const {
  return state_->record.damaged_units(*state_, read);
}

Block DividendCube::block(UnitId unit) const {
  Block block{unit, state_->record.verified(unit, *state_)};
  if (state_->profile) block.profile = state_->profile->read(unit);
  return block;
}

void DividendCube::mark_not_needed(std::span<const UnitId> units) {
  state_->record.mark_not_needed(units);
}

void DividendCube::forget(std::span<const UnitId> units) {
  state_->record.forget(units);
}

void DividendCube::complete_with(std::span<const LayerSummary> layers) {
  require_summaries(hdf5::file_of(state_->value.get()), layers, state_->description.plan.shape);
  state_->record.require_writer();
  state_->record.require_all_done();
  const auto value_mean = state_->summary_table("value_mean");
  const auto dividend_mean = state_->summary_table("dividend_mean");
  const auto standard_error = state_->summary_table("dividend_standard_error");
  std::vector<std::int32_t> samples;
  for (const auto& summary : layers) {
    const auto box = one_layer(static_cast<std::int64_t>(samples.size()), summary.value_mean.size());
    hdf5::write<double>(value_mean, box, summary.value_mean);
    hdf5::write<double>(dividend_mean, box, summary.dividend_mean);
    hdf5::write<double>(standard_error, box, summary.dividend_standard_error);
    samples.push_back(summary.samples);
  }
  write_layer_samples(state_->record.file(), samples);
  state_->record.mark_complete();
}

void DividendCube::add_to_profile(const RunSeconds& run) {
  if (!state_->profile) return;
  state_->record.require_writer();
  state_->profile->add(run);
  state_->record.sync();
}

std::vector<double> DividendCube::unit_flops() const {
  return state_->profile ? state_->profile->read().unit_flops : std::vector<double>{};
}

std::optional<SweepProfile> DividendCube::profile() const {
  if (!state_->profile) return std::nullopt;
  SweepProfile profile = state_->profile->read();
  const bool measured = std::any_of(profile.units.begin(), profile.units.end(),
                                    [](const auto& unit) { return unit.has_value(); });
  return measured ? std::optional{std::move(profile)} : std::nullopt;
}

std::optional<std::vector<LayerSummary>> DividendCube::summaries() const {
  if (!complete()) return std::nullopt;
  const auto value_mean = state_->summary_table("value_mean");
  const auto dividend_mean = state_->summary_table("dividend_mean");
  const auto standard_error = state_->summary_table("dividend_standard_error");
  const auto shape = value_shape(state_->description);
  const auto samples = read_layer_samples(state_->record.file(), state_->description);
  std::vector<LayerSummary> layers;
  for (std::int64_t layer = 0; layer < state_->description.plan.shape.layers; ++layer) {
    const auto box = one_layer(layer, shape[2]);
    layers.push_back({hdf5::read<double>(value_mean, box), hdf5::read<double>(dividend_mean, box),
                      hdf5::read<double>(standard_error, box), samples[static_cast<std::size_t>(layer)]});
  }
  return layers;
}

void DividendCube::write_compressed_copy(const std::filesystem::path& file, const Provenance& added,
                                         bool overwrite) const {
  CubeDescription description = state_->description;
  description.provenance.insert(added.begin(), added.end());
  const hsize_t samples = value_shape(description)[1];
  const hsize_t coalitions = value_shape(description)[2];
  std::optional<DividendCube> copy;  // outlives a failed call, which empties the file before it is closed
  RecordFile::make(
      file, contents_of(description, hdf5::Storage::compressed), overwrite, [&](RecordFile record) {
        copy = DividendCube{std::make_unique<State>(std::move(record))};
        State& to = *copy->state_;
        to.record.copy_marks(state_->record);  // before the values: a sweep may be at work
        for (const LayerId layer : LayerRange{0, description.plan.shape.layers})
          hdf5::write<double>(to.value,
                              {{static_cast<hsize_t>(layer.index()), 0, 0}, {1, samples, coalitions}},
                              layer_values(layer));
        if (state_->profile) to.profile->copy(*state_->profile);
        if (const auto layers = summaries()) copy->complete_with(*layers);
        to.record.sync();
        copy.reset();
      });
}

bool DividendCube::is_compressed_copy() const {
  return hdf5::storage_of(state_->value) == hdf5::Storage::compressed;
}

}  // namespace harsanyi
