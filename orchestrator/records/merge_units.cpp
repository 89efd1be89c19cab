#include "orchestrator/records/merge_units.hpp"

#include <array>
#include <bit>
#include <cstdint>
#include <string_view>

#include <fmt/ranges.h>

namespace harsanyi {
namespace {

/// What a user can do about a fact that differs.
std::string_view advice_for(const std::string& difference) {
  constexpr std::array advice{
      std::pair{std::string_view{"sharding"},
                std::string_view{"give the sweeps of all parts the same --worker-groups, or the same "
                                 "--unit-layers, --unit-coalitions and --unit-samples"}},
      std::pair{std::string_view{"items_per_unit"},
                std::string_view{"give the evaluations of all parts the same --unit-items"}},
      std::pair{std::string_view{"numerics."},
                std::string_view{"the parts were computed by devices or libraries whose last bits differ"}},
      std::pair{
          std::string_view{"model."},
          std::string_view{"games of different models do not fit into one cube: keep one cube for each; "
                           "`report` takes several, `evaluate` the groups of each"}},
      std::pair{std::string_view{"stopping"}, std::string_view{"stop all parts by the same rule"}}};
  for (const auto& [start, text] : advice)
    if (difference.starts_with(start)) return text;
  return "join what was made with the same options";
}

}  // namespace

void require_same_facts(const std::string& here, const Identity& ours, const std::string& other,
                        const Identity& theirs) {
  const auto differences = ours.differences(theirs);
  if (differences.empty()) return;
  throw StorageError{fmt::format(
      "{} does not belong to {}: results of different experiments never mix; {}. 'Here' is {}, 'the "
      "other' is {}:\n  {}",
      other, here, advice_for(differences.front()), here, other, fmt::join(differences, "\n  "))};
}

void add_provenance(Provenance& whole, std::size_t part, const Provenance& of_part) {
  for (const auto& [name, text] : of_part) whole.emplace(fmt::format("part_{}.{}", part + 1, name), text);
}

void require_no_gaps(const UnionOfMarks& marks, const MergeRequest& request,
                     const std::function<std::string(UnitId)>& text) {
  if (marks.outcome.open == 0 || request.allow_gaps) return;
  constexpr std::size_t named = 5;
  std::vector<std::string> first;
  for (std::size_t i = 0; i < marks.states.size() && first.size() < named; ++i)
    if (marks.states[i] == UnitState::open)
      first.push_back(text(UnitId::from_index(static_cast<std::int64_t>(i))));
  throw StorageError{
      fmt::format("the parts lack {} of {} units; add the part that has them, or join what there is by "
                  "--allow-gaps and compute the rest by the command that made the parts. Missing{}:\n  {}",
                  marks.outcome.open, marks.outcome.units,
                  marks.outcome.open > static_cast<std::int64_t>(first.size()) ? ", the first ones" : "",
                  fmt::join(first, "\n  "))};
}

void require_same_values(const std::string& first, const Block& earlier, const std::string& second,
                         const Block& block, const PlaceText& place) {
  const auto same_bits = [](double x, double y) {
    return std::bit_cast<std::uint64_t>(x) == std::bit_cast<std::uint64_t>(y);
  };
  const auto [ours, theirs] = std::mismatch(earlier.values.begin(), earlier.values.end(),
                                            block.values.begin(), block.values.end(), same_bits);
  if (ours == earlier.values.end()) return;
  throw StorageError{fmt::format(
      "{} and {} disagree on {}: {} and {}; the parts were computed by different programs or devices, "
      "or one was changed",
      first, second, place(block.unit, static_cast<std::size_t>(ours - earlier.values.begin())), *ours,
      *theirs)};
}

}  // namespace harsanyi
