#include <limits>
#include <map>
#include <optional>
#include <tuple>

#include "orchestrator/job/layer_means.hpp"
#include "orchestrator/records/merge_units.hpp"
#include "orchestrator/records/unit_text.hpp"
#include "partition/plan/sample_rounds.hpp"
#include "storage/cube/dividend_cube.hpp"

namespace harsanyi {
namespace {

using CubePart = RecordPart<DividendCube>;

constexpr std::string_view kBenchmark = "benchmark.";

/// "sst2" of "benchmark.sst2.rows"; nothing for a fact about no benchmark.
std::optional<std::string> benchmark_of(const std::string& fact) {
  if (!fact.starts_with(kBenchmark)) return std::nullopt;
  return fact.substr(kBenchmark.size(), fact.rfind('.') - kBenchmark.size());
}

/// The facts about one benchmark, or, without a name, those about none.
Identity facts_about(const std::optional<std::string>& benchmark, const Identity& identity) {
  Identity facts;
  for (const auto& [name, value] : identity.facts())
    if (benchmark_of(name) == benchmark) facts.set(name, value);
  return facts;
}

/// A benchmark's samples in a cube.
struct Pool {
  std::string benchmark;
  SampleRange samples;
};

std::vector<Pool> pools_of(const CubeDescription& cube) {
  std::vector<Pool> pools;
  std::int64_t first = 0;
  for (const int samples : cube.plan.shape.pools) {
    pools.push_back({cube.samples[static_cast<std::size_t>(first)].benchmark, {first, first + samples}});
    first += samples;
  }
  return pools;
}

/// The cube that the parts are parts of, and where it got each benchmark from.
class WholeCube {
 public:
  explicit WholeCube(const CubePart& first) : first_{first}, whole_{first.record.description()} {
    whole_.identity = facts_about(std::nullopt, whole_.identity);
    whole_.samples.clear();
    whole_.plan.shape.pools.clear();
  }

  void add(const CubePart& part) {
    const CubeDescription& description = part.record.description();
    require_same_facts(first_.name, whole_facts(), part.name,
                       facts_about(std::nullopt, description.identity));
    for (const Pool& pool : pools_of(description)) add_pool(part, pool);
  }

  /// Once all parts are added.
  [[nodiscard]] CubeDescription finish() {
    const StoppingRule& stopping = whole_.stopping;
    const auto& pools = whole_.plan.shape.pools;
    if (stopping.kind != Stopping::full && pools.size() > first_.record.description().plan.shape.pools.size())
      throw StorageError{
          "the parts are of different benchmarks, and their sweep stops early, which it decides over all "
          "benchmarks at once; sweep them together, or each fully"};
    const SampleRounds rounds = stopping.kind == Stopping::full
                                    ? SampleRounds{pools}
                                    : SampleRounds{pools, stopping.first_samples, stopping.growth};
    whole_.plan = make_sweep_plan(whole_.plan.shape, whole_.plan.sharding, rounds);
    for (const auto& unit : whole_.plan.units) units_.emplace(key(unit, 0), unit);
    return whole_;
  }

  /// [units of `part`] the same units in the whole. After `finish`.
  [[nodiscard]] std::vector<UnitId> places_of(const CubePart& part) const {
    std::vector<UnitId> places;
    const CubeDescription& description = part.record.description();
    const std::vector<Pool> pools = pools_of(description);
    for (const SweepUnit& unit : description.plan.units) {
      const auto pool = std::find_if(pools.begin(), pools.end(), [&](const Pool& p) {
        return p.samples.contains(SampleId::from_index(unit.samples.first));
      });
      const std::int64_t shift = pools_.at(pool->benchmark).pool.samples.first - pool->samples.first;
      const auto twin = units_.find(key(unit, shift));
      if (twin == units_.end() || twin->second.layers != unit.layers ||
          twin->second.coalitions != unit.coalitions || twin->second.samples.size() != unit.samples.size())
        throw StorageError{fmt::format(
            "{}: {} is cut as no unit of the whole is, though the experiment is the same; the file "
            "is of another version of harsanyi, or damaged",
            part.name, unit_text(unit))};
      places.push_back(twin->second.id);
    }
    return places;
  }

 private:
  struct KnownPool {
    Pool pool;  ///< in the whole
    const CubePart* part = nullptr;
    SampleRange in_part;
  };
  using Key = std::tuple<std::int64_t, std::int64_t, std::int64_t>;
  static Key key(const SweepUnit& unit, std::int64_t shift) {
    return {unit.samples.first + shift, unit.layers.first, unit.coalitions.first};
  }

  [[nodiscard]] Identity whole_facts() const { return facts_about(std::nullopt, whole_.identity); }

  void add_pool(const CubePart& part, const Pool& pool) {
    const Identity facts = facts_about(pool.benchmark, part.record.description().identity);
    if (const auto known = pools_.find(pool.benchmark); known != pools_.end()) {
      require_same_facts(known->second.part->name,
                         facts_about(pool.benchmark, known->second.part->record.description().identity),
                         part.name, facts);
      require_same_samples(known->second, part, pool);
      return;
    }
    const auto& samples = part.record.description().samples;
    const auto first = static_cast<std::int64_t>(whole_.samples.size());
    whole_.samples.insert(whole_.samples.end(), samples.begin() + pool.samples.first,
                          samples.begin() + pool.samples.last);
    whole_.plan.shape.pools.push_back(static_cast<int>(pool.samples.size()));
    for (const auto& [name, value] : facts.facts()) whole_.identity.set(name, value);
    pools_.emplace(pool.benchmark,
                   KnownPool{{pool.benchmark, {first, first + pool.samples.size()}}, &part, pool.samples});
  }

  static void require_same_samples(const KnownPool& known, const CubePart& part, const Pool& pool) {
    const auto& ours = known.part->record.description().samples;
    const auto& theirs = part.record.description().samples;
    bool same = known.in_part.size() == pool.samples.size();
    for (std::int64_t i = 0; same && i < pool.samples.size(); ++i) {
      const SampleLabel& a = ours[static_cast<std::size_t>(known.in_part.first + i)];
      const SampleLabel& b = theirs[static_cast<std::size_t>(pool.samples.first + i)];
      same = a.row == b.row && a.gold == b.gold && a.tokens == b.tokens;
    }
    if (!same)
      throw StorageError{fmt::format(
          "{} and {} have other samples of {}, though the experiment is the same: one of the files is "
          "damaged",
          known.part->name, part.name, pool.benchmark)};
  }

  const CubePart& first_;
  CubeDescription whole_;
  std::map<std::string, KnownPool> pools_;
  std::map<Key, SweepUnit> units_;
};

// Operations of each unit, and the seconds of all runs, as far as the parts know them.
void take_flops(CubeDescription& whole, const std::vector<CubePart>& parts) {
  whole.unit_flops.assign(whole.plan.units.size(), std::numeric_limits<double>::quiet_NaN());
  for (const CubePart& part : parts) {
    const auto flops = part.record.unit_flops();
    for (std::size_t i = 0; i < flops.size(); ++i)
      whole.unit_flops[static_cast<std::size_t>(part.place[i].index())] = flops[i];
  }
}

std::string place_text(const CubeDescription& whole, UnitId id, std::size_t index) {
  const SweepUnit& unit = whole.plan.units[static_cast<std::size_t>(id.index())];
  const auto at = static_cast<std::int64_t>(index);
  const std::int64_t sample = unit.samples.first + at / unit.coalitions.size() % unit.samples.size();
  const SampleLabel& label = whole.samples[static_cast<std::size_t>(sample)];
  return fmt::format("layer {}, sample {} ({} row {}), coalition {}",
                     unit.layers.first + at / (unit.coalitions.size() * unit.samples.size()), sample,
                     label.benchmark, label.row,
                     label_of(Coalition::from_index(unit.coalitions.first + at % unit.coalitions.size())));
}

void fill(DividendCube& cube, const CubeDescription& whole, const std::vector<CubePart>& parts,
          const UnionOfMarks& marks) {
  take_units<DividendCube>(cube, parts,
                           [&](UnitId unit, std::size_t index) { return place_text(whole, unit, index); });
  cube.mark_not_needed(marks.not_needed);
  for (const CubePart& part : parts)
    if (const auto profile = part.record.profile()) cube.add_to_profile(profile->run);
  if (marks.outcome.open == 0) cube.complete_with(layer_means(cube));
}

}  // namespace

MergeOutcome merge_cubes(const MergeRequest& request) {
  auto parts = open_parts<DividendCube>(request.parts);
  WholeCube builder{parts.front()};
  for (const CubePart& part : parts) builder.add(part);
  CubeDescription whole = builder.finish();
  for (CubePart& part : parts) part.place = builder.places_of(part);
  take_flops(whole, parts);
  whole.provenance = request.provenance;
  for (std::size_t i = 0; i < parts.size(); ++i)
    add_provenance(whole.provenance, i, parts[i].record.description().provenance);

  const UnionOfMarks marks = union_of_marks(parts, whole.plan.units.size());
  require_no_gaps(marks, request, [&](UnitId unit) {
    return unit_text(whole.plan.units[static_cast<std::size_t>(unit.index())]);
  });
  DividendCube::make(request.out, whole, request.overwrite,
                     [&](DividendCube& cube) { fill(cube, whole, parts, marks); });
  return marks.outcome;
}

}  // namespace harsanyi
