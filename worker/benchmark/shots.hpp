#pragma once

#include <memory>
#include <string>
#include <vector>

#include "worker/benchmark/prompt_maker.hpp"
#include "worker/benchmark/rows_file.hpp"

namespace harsanyi {

/// The solved examples in front of the questions of one file: the same ones, drawn once by seed, for every
/// question; a question that is one of them gets the next drawn row in its place.
class Shots {
 public:
  /// No examples.
  Shots() = default;

  /// @param maker        for rows of `rules.shots_file`, which has checked none of them yet
  /// @param asked_file   rows that are asked; a question is not shown as its own example where both files
  /// have
  ///                     the same bytes
  /// @throws BenchmarkError  if no file is named, a row is bad, or there are too few rows
  Shots(const PromptRules& rules, PromptMaker& maker, const RowsFile& asked_file);

  /// The examples in front of row `asked`, each with a blank line behind it.
  [[nodiscard]] std::string in_front_of(int asked) const;

 private:
  struct Shot {
    int row;
    std::string text;
  };
  std::vector<Shot> drawn_;  ///< one more than shown where the asked row may be among them
  int shown_ = 0;
  bool same_file_ = false;
};

}  // namespace harsanyi
