#pragma once

#include <chrono>
#include <string>
#include <utility>

namespace harsanyi {

/// Says now and then how far a model is loaded; nothing of one that loads in a few seconds.
class LoadingProgress {
 public:
  /// @param model  its name  @param interval  before the first word and between two
  explicit LoadingProgress(std::string model,
                           std::chrono::steady_clock::duration interval = std::chrono::seconds{5})
      : model_{std::move(model)}, interval_{interval} {}
  /// @param done, all  layers
  void operator()(int done, int all);

 private:
  std::string model_;
  std::chrono::steady_clock::duration interval_;
  std::chrono::steady_clock::time_point said_ = std::chrono::steady_clock::now();
};

}  // namespace harsanyi
