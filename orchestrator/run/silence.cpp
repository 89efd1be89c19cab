#include "orchestrator/run/silence.hpp"

#include <fmt/format.h>

#include "orchestrator/run/message.hpp"
#include "orchestrator/run/progress.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {

void Words::say_if_due() {
  const auto now = std::chrono::steady_clock::now();
  if (now - last_ < interval_) return;
  last_ = now;
  for (int r = 1; r < comm_.size(); ++r) comm_.send(Rank{r}, encode(Word{}, 0));
}

void Silence::require_within_limit() {
  if (time_.now() - since_ <= limit_) return;
  throw LostRankError{
      fmt::format("rank 0 has said nothing for {} (--silence-limit): its process or node hangs or is gone; "
                  "the units that it stored are kept, run the same command again",
                  duration_text(std::chrono::duration<double>(limit_).count()))};
}

}  // namespace harsanyi
