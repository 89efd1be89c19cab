#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "partition/game/dividends.hpp"
#include "partition/game/sequential_elimination.hpp"

namespace harsanyi {

/// What a layer's search for its salient group is about.
struct SearchRules {
  int players = 1;
  int rounds = 1;  ///< in which samples are added; fixed beforehand
  EliminationRule elimination{};
  Orientation orientation = Orientation::present;
  ZeroRule zero = ZeroRule::none;
  ValueScale scale = ValueScale::measured;
  std::vector<int> part_of_coalition{};  ///< [coalitions] those of one part are computed together
};

/// The samples of a layer that any value may be known of, in any order.
struct SearchTable {
  std::span<const double> values;        ///< [samples, coalitions]
  std::span<const int> round_of_sample;  ///< [samples]
  std::int64_t all_samples = 0;
  std::span<const int> kind_of_sample{};  ///< as in `Look`
  std::span<const std::int64_t> samples_of_kind{};
};

/// Which values of a layer are computed of which samples, look after look, until its salient group is
/// decided: all of the first round's samples; then, round by round, those that the candidates depend on that
/// more samples are best spent on
/// (`look_at_candidates`). What the looks ask for is a function of the values asked for before, whatever else
/// is known, so the same after any interruption.
class LayerSearch {
 public:
  explicit LayerSearch(SearchRules rules);

  /// [coalitions] the values of that many rounds are wanted.
  [[nodiscard]] const std::vector<int>& wanted() const noexcept { return wanted_; }
  /// Rounds of which any value is wanted.
  [[nodiscard]] int rounds() const;
  [[nodiscard]] bool decided() const noexcept { return decided_; }
  /// The leader of the last look.
  [[nodiscard]] std::size_t leader() const noexcept { return leader_; }

  /// Once all that is wanted is known. @throws GameError  as `look_at_candidates`
  void look(const SearchTable& table);

 private:
  [[nodiscard]] std::vector<int> known_values() const;
  /// [coalitions] rounds of whose samples the dividend is known.
  [[nodiscard]] std::vector<int> known_dividends() const;
  [[nodiscard]] std::vector<double> known_part(const SearchTable& table) const;
  void ask_for_more(const Candidates& candidates, const std::vector<int>& known);
  /// Wants the dividend of a coalition of that many rounds.
  void raise(std::size_t coalition, int rounds);

  SearchRules rules_;
  using Needed =
      std::vector<std::vector<std::size_t>>;  ///< [coalitions] values that each dividend depends on
  std::shared_ptr<const Needed> needed_;      ///< the same for all layers
  std::vector<int> wanted_;
  std::size_t leader_ = 0;
  bool decided_ = false;
};

}  // namespace harsanyi
