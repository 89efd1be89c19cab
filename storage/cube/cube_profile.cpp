#include "storage/cube/cube_profile.hpp"

#include <algorithm>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/axis.hpp"

namespace harsanyi {
namespace {

constexpr double kNotMeasured = std::numeric_limits<double>::quiet_NaN();
constexpr std::int32_t kNobody = -1;

template <class E>
hdf5::Dataset create_enum_axis(hid_t file, const std::string& name) {
  std::vector<std::string> labels;
  labels.reserve(EnumNames<E>::names.size());
  for (const auto& [entry, label] : EnumNames<E>::names) labels.emplace_back(label);
  return hdf5::create_axis(file, name, labels);
}

void describe(const hdf5::Dataset& dataset, const std::string& units, const std::string& meaning) {
  if (!units.empty()) hdf5::write_text(dataset.get(), "units", units);
  hdf5::write_text(dataset.get(), "long_name", meaning);
}

/// Activities that a cube of version 1.2 knows: all but the last.
constexpr hsize_t kActivitiesOf12 = 5;

/// The columns of `unit_seconds` are the first activities.
hsize_t activities_of(const hdf5::Dataset& unit_seconds) {
  return hdf5::shape_of(unit_seconds).back();
}

hdf5::Box row_of(UnitId unit, hsize_t activities) {
  return {{static_cast<hsize_t>(unit.index()), 0}, {1, activities}};
}

}  // namespace

void CubeProfile::create(const hdf5::File& file, const hdf5::Dataset& unit_axis,
                         std::vector<double> unit_flops) {
  const hsize_t units = hdf5::elements_of(hdf5::shape_of(unit_axis));
  const auto activity_axis = create_enum_axis<Activity>(file.get(), "activity");
  const auto part_axis = create_enum_axis<RunPart>(file.get(), "run_part");
  unit_flops.resize(units, kNotMeasured);

  const auto seconds =
      hdf5::create<double>(file.get(), "unit_seconds", {units, UnitSeconds::kCount}, kNotMeasured);
  hdf5::attach_axes(seconds, {&unit_axis, &activity_axis});
  describe(seconds, "s",
           "wall-clock time of the unit's worker by activity, measured by the steady clock of its process; "
           "NaN where no run measured");
  const auto rank = hdf5::create<std::int32_t>(file.get(), "unit_rank", {units}, kNobody);
  hdf5::attach_axes(rank, {&unit_axis});
  describe(rank, "", "rank that computed the unit, in the run that did; -1 where no run measured");
  const auto flops = hdf5::create_from(file.get(), "unit_flops", {units}, unit_flops);
  hdf5::attach_axes(flops, {&unit_axis});
  describe(flops, "FLOP",
           "useful operations by the plan's formulas, 2 per multiply-add: the unit's games, and the trunk "
           "of its samples in the first unit that has them");
  const auto run = hdf5::create<double>(file.get(), "run_seconds", {RunSeconds::kCount}, 0.0);
  hdf5::attach_axes(run, {&part_axis});
  describe(run, "s", "sum over the measured runs that ended in order");
}

std::optional<CubeProfile> CubeProfile::open(const hdf5::File& file) {
  constexpr int kSince = 2;
  constexpr int kGroupSince = 3;
  const auto minor = hdf5::read_integer(file.get(), "format_minor");
  if (minor < kSince) return std::nullopt;
  const hsize_t activities = minor < kGroupSince ? kActivitiesOf12 : hsize_t{UnitSeconds::kCount};
  const hsize_t units = hdf5::length_of(file.get(), "unit");
  return CubeProfile{hdf5::open(file.get(), "unit_seconds", {units, activities}),
                     hdf5::open(file.get(), "unit_rank", {units}),
                     hdf5::open(file.get(), "unit_flops", {units}),
                     hdf5::open(file.get(), "run_seconds", {RunSeconds::kCount})};
}

CubeProfile::CubeProfile(hdf5::Dataset unit_seconds, hdf5::Dataset unit_rank, hdf5::Dataset unit_flops,
                         hdf5::Dataset run_seconds)
    : unit_seconds_{std::move(unit_seconds)},
      unit_rank_{std::move(unit_rank)},
      unit_flops_{std::move(unit_flops)},
      run_seconds_{std::move(run_seconds)} {}

void CubeProfile::write(UnitId unit, const UnitProfile& profile) {
  const hsize_t activities = activities_of(unit_seconds_);
  hdf5::write<double>(unit_seconds_, row_of(unit, activities),
                      std::span{profile.seconds.all()}.first(activities));
  const std::int32_t rank = profile.rank;
  hdf5::write<std::int32_t>(unit_rank_, {{static_cast<hsize_t>(unit.index())}, {1}}, std::span{&rank, 1});
}

void CubeProfile::add(const RunSeconds& run) {
  RunSeconds sum = read().run;
  sum += run;
  hdf5::write<double>(run_seconds_, hdf5::whole({RunSeconds::kCount}), sum.all());
}

void CubeProfile::copy(const CubeProfile& other) {
  const auto copy_table = [](const hdf5::Dataset& from, const hdf5::Dataset& to, auto type) {
    using T = decltype(type);
    const hdf5::Box all = hdf5::whole(hdf5::shape_of(from));
    hdf5::write<T>(to, all, hdf5::read<T>(from, all));
  };
  const hsize_t units = hdf5::shape_of(unit_seconds_).front();
  const hsize_t activities = std::min(activities_of(unit_seconds_), activities_of(other.unit_seconds_));
  const hdf5::Box known{{0, 0}, {units, activities}};
  hdf5::write<double>(unit_seconds_, known, hdf5::read<double>(other.unit_seconds_, known));
  copy_table(other.unit_rank_, unit_rank_, std::int32_t{});
  copy_table(other.unit_flops_, unit_flops_, double{});
  copy_table(other.run_seconds_, run_seconds_, double{});
}

SweepProfile CubeProfile::read() const {
  const hdf5::Shape units = hdf5::shape_of(unit_rank_);
  const auto ranks = hdf5::read<std::int32_t>(unit_rank_, hdf5::whole(units));
  const auto seconds = hdf5::read<double>(unit_seconds_, hdf5::whole(hdf5::shape_of(unit_seconds_)));
  const hsize_t activities = activities_of(unit_seconds_);
  SweepProfile profile;
  profile.unit_flops = hdf5::read<double>(unit_flops_, hdf5::whole(units));
  for (std::size_t unit = 0; unit < ranks.size(); ++unit) {
    auto& of_unit = profile.units.emplace_back();
    if (ranks[unit] < 0) continue;
    of_unit.emplace().rank = ranks[unit];
    std::copy_n(seconds.begin() + static_cast<std::ptrdiff_t>(unit * activities), activities,
                of_unit->seconds.all().begin());
  }
  const auto run = hdf5::read<double>(run_seconds_, hdf5::whole({RunSeconds::kCount}));
  std::copy(run.begin(), run.end(), profile.run.all().begin());
  return profile;
}

std::optional<UnitProfile> CubeProfile::read(UnitId unit) const {
  UnitProfile profile;
  profile.rank = hdf5::read<std::int32_t>(unit_rank_, {{static_cast<hsize_t>(unit.index())}, {1}}).front();
  if (profile.rank < 0) return std::nullopt;
  const auto seconds = hdf5::read<double>(unit_seconds_, row_of(unit, activities_of(unit_seconds_)));
  std::copy(seconds.begin(), seconds.end(), profile.seconds.all().begin());
  return profile;
}

}  // namespace harsanyi
