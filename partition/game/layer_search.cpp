#include "partition/game/layer_search.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "partition/game/coalition.hpp"
#include "partition/game/summary.hpp"

namespace harsanyi {

LayerSearch::LayerSearch(SearchRules rules) : rules_{std::move(rules)} {
  const auto coalitions = static_cast<std::size_t>(coalition_count(rules_.players));
  wanted_.assign(coalitions, 1);
  if (rules_.part_of_coalition.empty()) {
    rules_.part_of_coalition.resize(coalitions);
    for (std::size_t s = 0; s < coalitions; ++s) rules_.part_of_coalition[s] = static_cast<int>(s);
  }
  Needed of_coalitions;
  for (std::size_t s = 0; s < coalitions; ++s) {
    std::vector<bool> one(coalitions);
    one[s] = true;
    const std::vector<bool> needed = needed_values(one, rules_.orientation, rules_.zero);
    of_coalitions.emplace_back();
    for (std::size_t value = 0; value < coalitions; ++value)
      if (needed[value]) of_coalitions.back().push_back(value);
  }
  needed_ = std::make_shared<const Needed>(std::move(of_coalitions));
}

int LayerSearch::rounds() const {
  return *std::max_element(wanted_.begin(), wanted_.end());
}

std::vector<int> LayerSearch::known_values() const {
  const auto parts = 1 + *std::max_element(rules_.part_of_coalition.begin(), rules_.part_of_coalition.end());
  std::vector<int> of_part(static_cast<std::size_t>(parts));
  const auto part_of = [&](std::size_t s) { return static_cast<std::size_t>(rules_.part_of_coalition[s]); };
  for (std::size_t s = 0; s < wanted_.size(); ++s)
    of_part[part_of(s)] = std::max(of_part[part_of(s)], wanted_[s]);
  std::vector<int> known;
  known.reserve(wanted_.size());
  for (std::size_t s = 0; s < wanted_.size(); ++s) known.push_back(of_part[part_of(s)]);
  return known;
}

std::vector<int> LayerSearch::known_dividends() const {
  const std::vector<int> of_value = known_values();
  std::vector<int> known;
  known.reserve(of_value.size());
  for (const auto& needed : *needed_) {
    int rounds = rules_.rounds;
    for (const std::size_t value : needed) rounds = std::min(rounds, of_value[value]);
    known.push_back(rounds);
  }
  return known;
}

std::vector<double> LayerSearch::known_part(const SearchTable& table) const {
  const std::vector<int> known = known_values();
  std::vector<double> values{table.values.begin(), table.values.end()};
  for (std::size_t i = 0; i < values.size(); ++i)
    if (table.round_of_sample[i / known.size()] >= known[i % known.size()])
      values[i] = std::numeric_limits<double>::quiet_NaN();
  return values;
}

void LayerSearch::look(const SearchTable& table) {
  // Which samples two coalitions are known of when they are compared depends on what was seen before. So the
  // error is shared out over all ways in which it may be: a half to equal numbers of rounds, but for all of
  // them, a half to two numbers of rounds.
  const int rounds_left = std::max(1, rules_.rounds - 1);
  const std::vector<double> values = known_part(table);
  const Candidates candidates = look_at_candidates(
      sample_dividends(values, rules_.players, rules_.orientation, rules_.zero, rules_.scale, Gaps::kept),
      std::ssize(wanted_), rules_.elimination,
      {.samples = table.all_samples,
       .looks = 2 * rounds_left,
       .looks_apart = 2 * rounds_left * rules_.rounds,
       .kind_of_sample = table.kind_of_sample,
       .samples_of_kind = table.samples_of_kind});
  leader_ = candidates.leader;
  const std::vector<int> known = known_dividends();
  const std::vector<int> before = wanted_;
  // Readers of the cube take the arg-max of the means over all samples that the layer has: the leader's must
  // be among them.
  if (!candidates.decided)
    ask_for_more(candidates, known);
  else
    raise(leader_, rounds());
  decided_ = wanted_ == before;
}

void LayerSearch::ask_for_more(const Candidates& candidates, const std::vector<int>& known) {
  const std::vector<int> before = wanted_;
  const auto raise_all = [&](const std::vector<bool>& chosen, auto rounds_of) {
    for (std::size_t s = 0; s < chosen.size(); ++s)
      if (chosen[s]) raise(s, rounds_of(s));
  };
  int fewest = rules_.rounds;
  for (std::size_t s = 0; s < known.size(); ++s)
    if (candidates.grow[s]) fewest = std::min(fewest, known[s]);
  raise_all(candidates.grow, [&](std::size_t s) { return known[s] == fewest ? known[s] + 1 : known[s]; });
  raise(leader_, known[leader_] < rounds() ? known[leader_] + 1 : known[leader_]);
  if (wanted_ == before) raise_all(candidates.left, [&](std::size_t s) { return known[s] + 1; });
}

void LayerSearch::raise(std::size_t coalition, int rounds) {
  for (const std::size_t value : (*needed_)[coalition])
    wanted_[value] = std::max(wanted_[value], std::min(rounds, rules_.rounds));
}

}  // namespace harsanyi
