#include "orchestrator/report/profile_table.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include <fmt/format.h>

namespace harsanyi {
namespace {

constexpr std::size_t kRanksShown = 16;

std::string seconds_text(double seconds) {
  return fmt::format("{:.3f}", seconds);
}

/// Sums over groups are shown where there are groups.
bool is_shown(Activity activity, const UnitSeconds& of_all) {
  return activity != Activity::group || of_all[Activity::group] > 0.0;
}

std::vector<std::string> shown_seconds(const UnitSeconds& seconds, const UnitSeconds& of_all, double scale,
                                       int digits) {
  std::vector<std::string> texts;
  for (const auto& [activity, name] : EnumNames<Activity>::names)
    if (is_shown(activity, of_all))
      texts.push_back(fmt::format("{:.{}f}", scale * seconds[activity], digits));
  return texts;
}

double computing_seconds(const UnitSeconds& seconds) {
  return seconds.sum() - seconds[Activity::waiting];
}

std::vector<std::string> row_of(const std::string& name, const RankProfile& rank, const UnitSeconds& of_all) {
  std::vector<std::string> row{name, std::to_string(rank.units)};
  for (const std::string& seconds : shown_seconds(rank.seconds, of_all, 1.0, 3)) row.push_back(seconds);
  row.push_back(fmt::format("{:.2f}", rank.flops / 1e9));
  row.push_back(fmt::format("{:.2f}", rank.flops_per_second() / 1e9));
  return row;
}

RankProfile sum_of(const std::vector<RankProfile>& ranks) {
  RankProfile sum;
  for (const RankProfile& rank : ranks) {
    sum.units += rank.units;
    sum.seconds += rank.seconds;
    sum.flops += rank.flops;
  }
  return sum;
}

/// Percent of all the time that workers had.
std::vector<std::string> shares_of(const UnitSeconds& seconds, const RunSeconds& run) {
  const double all = seconds.sum() + run[RunPart::idle] + run[RunPart::failed];
  std::vector<std::string> row{"% of time", ""};
  for (const std::string& share : shown_seconds(seconds, seconds, 100.0 / all, 1)) row.push_back(share);
  row.insert(row.end(), {"", ""});
  return row;
}

std::string note_of(const SweepProfile& profile, std::size_t ranks, int units) {
  const RunSeconds& run = profile.run;
  std::string note;
  if (ranks > kRanksShown) note = fmt::format("The {} slowest of {} ranks. ", kRanksShown, ranks);
  const auto missing = static_cast<int>(profile.units.size()) - units;
  if (missing > 0) note += fmt::format("{} of {} units were not measured. ", missing, profile.units.size());
  note += fmt::format(
      "Seconds of wall clock, added up over the measured runs ({} s). Beside these, workers spent {} s "
      "idle at the end of a run and {} s in failed attempts; rank 0 spent {} s recording and {} s serving. "
      "GFLOP/s: "
      "useful operations by the plan's formulas per second of computing, without waiting; in the row 'all', "
      "the mean of a worker.",
      seconds_text(run[RunPart::wall]), seconds_text(run[RunPart::idle]), seconds_text(run[RunPart::failed]),
      seconds_text(run[RunPart::recording]), seconds_text(run[RunPart::serving]));
  return note;
}

}  // namespace

double RankProfile::flops_per_second() const noexcept {
  const double computing = computing_seconds(seconds);
  return computing > 0.0 ? flops / computing : 0.0;
}

std::vector<RankProfile> by_rank(const SweepProfile& profile) {
  std::map<int, RankProfile> ranks;
  for (std::size_t unit = 0; unit < profile.units.size(); ++unit) {
    if (!profile.units[unit]) continue;
    const auto& [number, seconds] = *profile.units[unit];
    RankProfile& rank = ranks[number];
    rank.rank = number;
    ++rank.units;
    rank.seconds += seconds;
    if (std::isfinite(profile.unit_flops[unit])) rank.flops += profile.unit_flops[unit];
  }
  std::vector<RankProfile> list;
  list.reserve(ranks.size());
  for (const auto& [number, rank] : ranks) list.push_back(rank);
  return list;
}

Table profile_table(const SweepProfile& profile) {
  std::vector<RankProfile> ranks = by_rank(profile);
  const RankProfile all = sum_of(ranks);
  Table table{.name = "profile",
              .title = "Where the time went",
              .note = note_of(profile, ranks.size(), all.units),
              .columns = {"rank", "units"},
              .rows = {}};
  for (const auto& [activity, name] : EnumNames<Activity>::names)
    if (is_shown(activity, all.seconds)) table.columns.push_back(fmt::format("{} s", name));
  table.columns.insert(table.columns.end(), {"useful GFLOP", "GFLOP/s"});
  if (ranks.size() > kRanksShown) {
    std::stable_sort(ranks.begin(), ranks.end(), [](const auto& a, const auto& b) {
      return a.flops_per_second() < b.flops_per_second();
    });
    ranks.resize(kRanksShown);
  }
  for (const RankProfile& rank : ranks)
    table.rows.push_back(row_of(std::to_string(rank.rank), rank, all.seconds));
  table.rows.push_back(row_of("all", all, all.seconds));
  table.rows.push_back(shares_of(all.seconds, profile.run));
  return table;
}

std::string profile_text(const SweepProfile& profile) {
  const Table table = profile_table(profile);
  return to_plain_text(table) + table.note + '\n';
}

}  // namespace harsanyi
