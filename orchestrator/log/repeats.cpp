#include "orchestrator/log/repeats.hpp"

#include <utility>

namespace harsanyi {

std::optional<int> Repeats::next(const std::string& kind, Clock::time_point now) {
  Count& count = counts_.try_emplace(kind, Count{.start = now}).first->second;
  if (now - count.start >= window_) {
    count.start = now;
    count.events = 0;
  }
  if (++count.events > most_) {
    ++count.left_out;
    return std::nullopt;
  }
  return std::exchange(count.left_out, 0);
}

std::map<std::string, int> Repeats::take_left_out() {
  std::map<std::string, int> all;
  for (auto& [kind, count] : counts_)
    if (count.left_out > 0) all[kind] = std::exchange(count.left_out, 0);
  return all;
}

}  // namespace harsanyi
