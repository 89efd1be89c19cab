#include "worker/benchmark/shots.hpp"

#include <fmt/format.h>

#include "worker/benchmark/check_rows.hpp"

namespace harsanyi {

Shots::Shots(const PromptRules& rules, PromptMaker& maker, const RowsFile& asked_file) : shown_{rules.shots} {
  if (rules.shots_file.empty())
    throw BenchmarkError{
        fmt::format("{} solved examples are asked for, but no file that they are drawn from", rules.shots)};
  const RowsFile file{rules.shots_file};
  check_rows(file, maker);
  same_file_ = file.sha256() == asked_file.sha256();
  const int needed = rules.shots + (same_file_ ? 1 : 0);
  if (file.size() < needed)
    throw BenchmarkError{
        fmt::format("{} holds {} rows, too few for {} solved examples{}; ask for fewer, or name another file",
                    file.path().string(), file.size(), rules.shots,
                    same_file_ ? " beside the question itself, which comes from the same file" : "")};
  for (const int row : choose_rows(file.size(), {needed, /*shuffled=*/true, rules.shots_seed}))
    drawn_.push_back({row, maker.solved(file.row(row))});
}

std::string Shots::in_front_of(int asked) const {
  std::string text;
  int left = shown_;
  for (const Shot& shot : drawn_) {
    if (left == 0) break;
    if (same_file_ && shot.row == asked) continue;
    text += shot.text;
    --left;
  }
  return text;
}

}  // namespace harsanyi
