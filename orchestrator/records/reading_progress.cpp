#include "orchestrator/records/reading_progress.hpp"

#include <utility>

namespace harsanyi {

ReadingProgress::ReadingProgress(std::string title, int units) : title_{std::move(title)} {
  progress_.units = units;
  progress_.cost_left = units;
}

void ReadingProgress::advance() {
  constexpr double silent_seconds = 3.0;
  ++progress_.done_now;
  progress_.cost_done += 1.0;
  progress_.cost_left -= 1.0;
  progress_.seconds = std::chrono::duration<double>{std::chrono::steady_clock::now() - start_}.count();
  if (progress_.seconds < silent_seconds) return;
  if (shown_) {
    shown_->advanced(progress_);
    return;
  }
  shown_ = make_progress({.title = title_});
  shown_->started(progress_);
}

}  // namespace harsanyi
