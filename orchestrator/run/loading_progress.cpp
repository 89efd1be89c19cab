#include "orchestrator/run/loading_progress.hpp"

#include <iostream>

#include <fmt/format.h>

#include "orchestrator/log/log.hpp"

namespace harsanyi {

void LoadingProgress::operator()(int done, int all) {
  const auto now = std::chrono::steady_clock::now();
  if (now - said_ < interval_) return;
  said_ = now;
  const std::string text = fmt::format("loading {}: {} of {} layers", model_, done, all);
  tell(std::cerr, {.message = text}, "harsanyi: " + text);
}

}  // namespace harsanyi
