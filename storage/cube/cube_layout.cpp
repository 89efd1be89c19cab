#include "storage/cube/cube_layout.hpp"

#include <array>
#include <limits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/cube/cube_profile.hpp"
#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/axis.hpp"
#include "storage/hdf5/named.hpp"
#include "storage/unit_bounds.hpp"

namespace harsanyi {
namespace {

constexpr int kMostOfAnything = std::numeric_limits<std::int32_t>::max();
constexpr double kNotComputed = std::numeric_limits<double>::quiet_NaN();

StorageError contradiction(const std::string& what) {
  return StorageError{
      fmt::format("cannot describe a cube: {}; make plan, players and samples from one experiment", what)};
}

bool within(std::int64_t first, std::int64_t last, std::int64_t extent) {
  return first >= 0 && first < last && last <= extent;
}

/// Sum of the units' values, for the check that they cover the table.
std::int64_t values_in_units(const SweepPlan& plan) {
  std::int64_t values = 0;
  for (const auto& unit : plan.units) values += unit.values();
  return values;
}

void write_conventions(hid_t file, const CubeDescription& d) {
  hdf5::write_enum(file, "mask_kind", d.mask);
  hdf5::write_real(file, "epsilon", d.epsilon);
  hdf5::write_enum(file, "value_kind", d.value);
  hdf5::write_enum(file, "orientation", Orientation::present);
  hdf5::write_enum(file, "zero_rule", ZeroRule::none);
  hdf5::write_integer(file, "players", d.layout.players);
  hdf5::write_integer(file, "query_heads", d.layout.query_heads);
  hdf5::write_integer(file, "sharding_layers", d.plan.sharding.layers);
  hdf5::write_integer(file, "sharding_coalitions", d.plan.sharding.coalitions);
  hdf5::write_integer(file, "sharding_samples", d.plan.sharding.samples);
}

void write_stopping(hid_t file, const StoppingRule& stopping) {
  hdf5::write_enum(file, "stopping", stopping.kind);
  if (stopping.kind == Stopping::full) return;
  hdf5::write_real(file, "stopping_confidence", stopping.elimination.confidence);
  hdf5::write_real(file, "stopping_indifference", stopping.elimination.indifference);
  hdf5::write_integer(file, "stopping_first_samples", stopping.first_samples);
  hdf5::write_real(file, "stopping_growth", stopping.growth);
  hdf5::write_enum(file, "stopping_selection_rule", stopping.elimination.selection);
  hdf5::write_enum(file, "stopping_orientation", stopping.orientation);
  hdf5::write_enum(file, "stopping_zero_rule", stopping.zero);
  hdf5::write_enum(file, "stopping_value_scale", stopping.scale);
}

StoppingRule read_stopping(hid_t file) {
  StoppingRule stopping;
  if (!hdf5::has_attribute(file, "stopping")) return stopping;  // version 1.0
  stopping.kind = hdf5::read_enum<Stopping>(file, "stopping");
  if (stopping.kind == Stopping::full) return stopping;
  stopping.elimination.confidence = hdf5::read_real(file, "stopping_confidence");
  stopping.elimination.indifference = hdf5::read_real(file, "stopping_indifference");
  stopping.elimination.selection = hdf5::read_enum<SelectionRule>(file, "stopping_selection_rule");
  stopping.first_samples = hdf5::read_integer(file, "stopping_first_samples", 1, kMostOfAnything);
  stopping.growth = hdf5::read_real(file, "stopping_growth");
  stopping.orientation = hdf5::read_enum<Orientation>(file, "stopping_orientation");
  stopping.zero = hdf5::read_enum<ZeroRule>(file, "stopping_zero_rule");
  stopping.scale = hdf5::read_enum<ValueScale>(file, "stopping_value_scale");
  return stopping;
}

bool has_layer_samples(const hdf5::File& file) {
  return hdf5::has_attribute(file.get(), "stopping");
}

void write_samples(hid_t file, const std::vector<SampleLabel>& samples, const hdf5::Dataset& sample_axis) {
  std::vector<std::string> benchmark;
  std::vector<std::int32_t> row;
  std::vector<std::int32_t> gold;
  std::vector<std::int32_t> tokens;
  for (const auto& sample : samples) {
    benchmark.push_back(sample.benchmark);
    row.push_back(sample.row);
    gold.push_back(sample.gold);
    tokens.push_back(sample.tokens);
  }
  const hdf5::Shape shape{samples.size()};
  hdf5::attach_axes(hdf5::create_texts(file, "sample_benchmark", benchmark), {&sample_axis});
  hdf5::attach_axes(hdf5::create_from(file, "sample_row", shape, row), {&sample_axis});
  hdf5::attach_axes(hdf5::create_from(file, "sample_gold", shape, gold), {&sample_axis});
  hdf5::attach_axes(hdf5::create_from(file, "sample_tokens", shape, tokens), {&sample_axis});
}

std::vector<SampleLabel> read_samples(hid_t file, hsize_t count) {
  const auto benchmark = hdf5::read_texts(file, "sample_benchmark", count);
  const auto row = hdf5::read<std::int32_t>(file, "sample_row", {count});
  const auto gold = hdf5::read<std::int32_t>(file, "sample_gold", {count});
  const auto tokens = hdf5::read<std::int32_t>(file, "sample_tokens", {count});
  std::vector<SampleLabel> samples;
  samples.reserve(count);
  for (std::size_t i = 0; i < count; ++i) samples.push_back({benchmark[i], row[i], gold[i], tokens[i]});
  return samples;
}

void write_units(hid_t file, const SweepPlan& plan, const hdf5::Dataset& unit_axis) {
  std::vector<Bounds> layers;
  std::vector<Bounds> samples;
  std::vector<Bounds> coalitions;
  for (const auto& unit : plan.units) {
    layers.push_back({unit.layers.first, unit.layers.last});
    samples.push_back({unit.samples.first, unit.samples.last});
    coalitions.push_back({unit.coalitions.first, unit.coalitions.last});
  }
  const auto bound_axis = create_bound_axis(file);
  write_bounds(file, "unit_layers", layers, unit_axis, bound_axis);
  write_bounds(file, "unit_samples", samples, unit_axis, bound_axis);
  write_bounds(file, "unit_coalitions", coalitions, unit_axis, bound_axis);
}

std::vector<SweepUnit> read_units(hid_t file, const GameShape& shape) {
  const auto count = hdf5::length_of(file, "unit");
  const auto layers = read_bounds(file, "unit_layers", count, shape.layers);
  const auto samples = read_bounds(file, "unit_samples", count, shape.samples());
  const auto coalitions = read_bounds(file, "unit_coalitions", count, shape.coalitions());
  std::vector<SweepUnit> units;
  units.reserve(count);
  for (std::size_t i = 0; i < count; ++i)
    units.push_back({UnitId::from_index(static_cast<std::int64_t>(i)),
                     {layers[i].first, layers[i].last},
                     {coalitions[i].first, coalitions[i].last},
                     {samples[i].first, samples[i].last}});
  return units;
}

std::string unit_of(ValueKind kind) {
  return kind == ValueKind::f1 ? "F1" : "log-odds";
}

void write_tables(hid_t file, const CubeDescription& d, const hdf5::Dataset& layer,
                  const hdf5::Dataset& sample, const hdf5::Dataset& coalition, hdf5::Storage value_storage) {
  const auto shape = value_shape(d);
  const auto value = hdf5::create<double>(file, "value", shape, kNotComputed, value_storage);
  hdf5::attach_axes(value, {&layer, &sample, &coalition});
  hdf5::write_text(value.get(), "units", unit_of(d.value));
  hdf5::write_text(value.get(), "long_name", "value v(S) with only the players of S present");
  hdf5::write_text(value.get(), "coordinates", "sample_benchmark sample_row sample_gold sample_tokens");
  const auto summary = [&](const std::string& name, const std::string& meaning) {
    const auto dataset = hdf5::create<double>(file, name, {shape[0], shape[2]}, kNotComputed);
    hdf5::attach_axes(dataset, {&layer, &coalition});
    hdf5::write_text(dataset.get(), "units", unit_of(d.value));
    hdf5::write_text(dataset.get(), "long_name", meaning);
  };
  summary("value_mean", "mean of v(S) over the samples");
  summary("dividend_mean", "mean Harsanyi dividend w(S) over the samples");
  summary("dividend_standard_error", "standard error of the mean dividend");
  const auto samples = hdf5::create<std::int32_t>(file, "layer_samples", {shape[0]}, 0);
  hdf5::attach_axes(samples, {&layer});
  hdf5::write_text(samples.get(), "long_name", "samples that the layer's means are over");
}

void require_axes(hid_t file, const hdf5::Shape& extents) {
  constexpr std::array axes{"layer", "sample", "coalition"};
  for (std::size_t i = 0; i < axes.size(); ++i)
    if (const auto length = hdf5::length_of(file, axes[i]); length != extents[i])
      throw hdf5::damaged_file(
          file, fmt::format("'{}' has {} entries, and 'value' has {}", axes[i], length, extents[i]));
}

GameShape read_shape(hid_t file, int players) {
  const auto extents = hdf5::shape_of(hdf5::open(file, "value"));
  GameShape shape{.layers = 0, .players = players, .pools = {}};
  const auto in_range = [](hsize_t extent) {
    return extent >= 1 && extent <= static_cast<hsize_t>(kMostOfAnything);
  };
  if (extents.size() != 3 || extents[2] != static_cast<hsize_t>(shape.coalitions()) ||
      !in_range(extents[0]) || !in_range(extents[1]))
    throw hdf5::damaged_file(file,
                             fmt::format("'value' has the shape [{}], which is no table [layer, sample, {}]",
                                         fmt::join(extents, ", "), shape.coalitions()));
  // A compressed table may claim more than the file's bytes; its axes lie there as they are.
  require_axes(file, extents);
  shape.layers = static_cast<int>(extents[0]);
  const auto pools = hdf5::read<std::int32_t>(file, "pool_samples", {hdf5::length_of(file, "pool")});
  std::uint64_t samples = 0;
  for (const int pool : pools) samples += static_cast<std::uint32_t>(pool);  // a negative one adds too much
  if (samples != extents[1])
    throw hdf5::damaged_file(
        file, fmt::format("'pool_samples' adds up to {} samples, and 'value' has {}", samples, extents[1]));
  shape.pools.assign(pools.begin(), pools.end());
  return shape;
}

}  // namespace

hdf5::Shape value_shape(const CubeDescription& d) {
  return {static_cast<hsize_t>(d.plan.shape.layers), static_cast<hsize_t>(d.plan.shape.samples()),
          static_cast<hsize_t>(d.plan.shape.coalitions())};
}

void require_consistent(const CubeDescription& d) {
  const auto& shape = d.plan.shape;
  if (shape.layers < 1 || shape.players < 1 || shape.players > kMaxPlayers || shape.samples() < 1)
    throw contradiction(fmt::format("{} layers, {} players, {} samples (each at least 1, at most {} players)",
                                    shape.layers, shape.players, shape.samples(), kMaxPlayers));
  if (d.layout.players != shape.players)
    throw contradiction(
        fmt::format("{} players in the layout, {} in the plan", d.layout.players, shape.players));
  if (d.samples.size() != static_cast<std::size_t>(shape.samples()))
    throw contradiction(fmt::format("{} sample labels for {} samples", d.samples.size(), shape.samples()));
  for (const auto& unit : d.plan.units)
    if (!within(unit.layers.first, unit.layers.last, shape.layers) ||
        !within(unit.samples.first, unit.samples.last, shape.samples()) ||
        !within(unit.coalitions.first, unit.coalitions.last, shape.coalitions()))
      throw contradiction(fmt::format("unit {} lies outside the table", unit.id.value));
  if (!d.unit_flops.empty() && d.unit_flops.size() != d.plan.units.size())
    throw contradiction(
        fmt::format("operations of {} units for {} units", d.unit_flops.size(), d.plan.units.size()));
  if (static_cast<hsize_t>(values_in_units(d.plan)) != hdf5::elements_of(value_shape(d)))
    throw contradiction("its units do not cover the table");
}

std::uint64_t cube_bytes(const CubeDescription& d) {
  constexpr std::uint64_t metadata = 1 << 20;
  constexpr std::uint64_t per_unit = 128;
  constexpr std::uint64_t per_label = 128;
  const auto shape = value_shape(d);
  const auto table = hdf5::elements_of({shape[0], shape[1] + 3, shape[2], sizeof(double)});
  const auto rest = metadata + per_unit * d.plan.units.size() + per_label * (shape[1] + shape[2] + shape[0]);
  return table > ~rest ? ~std::uint64_t{0} : table + rest;
}

void write_cube_layout(const hdf5::File& file, const hdf5::Dataset& unit_axis, const CubeDescription& d,
                       hdf5::Storage value_storage) {
  const auto shape = value_shape(d);
  write_conventions(file.get(), d);
  write_stopping(file.get(), d.stopping);
  std::vector<std::string> labels;
  for (const auto coalition : CoalitionRange{0, d.plan.shape.coalitions()})
    labels.push_back(label_of(coalition));
  const auto layer_axis = hdf5::create_axis(file.get(), "layer", shape[0]);
  const auto sample_axis = hdf5::create_axis(file.get(), "sample", shape[1]);
  const auto coalition_axis = hdf5::create_axis(file.get(), "coalition", labels);
  const std::vector<std::int32_t> pools(d.plan.shape.pools.begin(), d.plan.shape.pools.end());
  const auto pool_axis = hdf5::create_axis(file.get(), "pool", pools.size());
  hdf5::attach_axes(hdf5::create_from(file.get(), "pool_samples", {pools.size()}, pools), {&pool_axis});
  write_samples(file.get(), d.samples, sample_axis);
  write_units(file.get(), d.plan, unit_axis);
  write_tables(file.get(), d, layer_axis, sample_axis, coalition_axis, value_storage);
  CubeProfile::create(file, unit_axis, d.unit_flops);
}

CubeDescription read_cube_layout(const hdf5::File& file) {
  const auto root = file.get();
  CubeDescription d;
  d.mask = hdf5::read_enum<MaskKind>(root, "mask_kind");
  d.epsilon = hdf5::read_real(root, "epsilon");
  d.value = hdf5::read_enum<ValueKind>(root, "value_kind");
  d.layout.players = hdf5::read_integer(root, "players", 1, kMaxPlayers);
  d.layout.query_heads = hdf5::read_integer(root, "query_heads", 1, kMostOfAnything);
  d.plan.sharding.layers = hdf5::read_integer(root, "sharding_layers", 0, kMostOfAnything);
  d.plan.sharding.coalitions = hdf5::read_integer(root, "sharding_coalitions", 0, kMostOfAnything);
  d.plan.sharding.samples = hdf5::read_integer(root, "sharding_samples", 0, kMostOfAnything);
  d.stopping = read_stopping(root);
  d.plan.shape = read_shape(root, d.layout.players);
  d.plan.units = read_units(root, d.plan.shape);
  d.samples = read_samples(root, value_shape(d)[1]);
  if (static_cast<hsize_t>(values_in_units(d.plan)) != hdf5::elements_of(value_shape(d)))
    throw hdf5::damaged_file(root, "its units do not cover 'value'");
  return d;
}

void write_layer_samples(const hdf5::File& file, const std::vector<std::int32_t>& samples) {
  if (!has_layer_samples(file)) return;
  const hdf5::Shape shape{samples.size()};
  hdf5::write<std::int32_t>(hdf5::open(file.get(), "layer_samples", shape), hdf5::whole(shape), samples);
}

std::vector<std::int32_t> read_layer_samples(const hdf5::File& file, const CubeDescription& d) {
  const auto shape = value_shape(d);
  if (!has_layer_samples(file))
    return std::vector<std::int32_t>(shape[0], static_cast<std::int32_t>(shape[1]));
  return hdf5::read<std::int32_t>(file.get(), "layer_samples", {shape[0]});
}

std::vector<std::string> layout_differences(const CubeDescription& here, const CubeDescription& other) {
  std::vector<std::string> differences;
  const auto compare = [&](std::string_view name, const auto& a, const auto& b) {
    if (a != b) differences.push_back(fmt::format("{}: {} here, {} in the other", name, a, b));
  };
  compare("mask kind", name_of(here.mask), name_of(other.mask));
  compare("epsilon", here.epsilon, other.epsilon);
  compare("value kind", name_of(here.value), name_of(other.value));
  compare("query heads", here.layout.query_heads, other.layout.query_heads);
  compare("players", here.layout.players, other.layout.players);
  compare("layers", here.plan.shape.layers, other.plan.shape.layers);
  compare("samples per benchmark", fmt::format("{}", fmt::join(here.plan.shape.pools, ",")),
          fmt::format("{}", fmt::join(other.plan.shape.pools, ",")));
  compare("units", here.plan.units.size(), other.plan.units.size());
  for (std::size_t i = 0; i < std::min(here.plan.units.size(), other.plan.units.size()); ++i) {
    const auto& a = here.plan.units[i];
    const auto& b = other.plan.units[i];
    if (a.layers == b.layers && a.samples == b.samples && a.coalitions == b.coalitions) continue;
    differences.push_back(fmt::format("unit {} and maybe later ones: other ranges", i));
    break;
  }
  for (std::size_t i = 0; i < std::min(here.samples.size(), other.samples.size()); ++i) {
    const auto& a = here.samples[i];
    const auto& b = other.samples[i];
    if (a.benchmark == b.benchmark && a.row == b.row && a.gold == b.gold && a.tokens == b.tokens) continue;
    differences.push_back(fmt::format("sample {}: {} row {} here, {} row {} in the other", i, a.benchmark,
                                      a.row, b.benchmark, b.row));
    break;
  }
  return differences;
}

}  // namespace harsanyi
