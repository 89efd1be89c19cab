#include "orchestrator/cli/input_trial.hpp"

#include "orchestrator/cli/launcher.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"
#include "storage/trial_read.hpp"

namespace harsanyi {

InputTrial::InputTrial(const std::vector<std::filesystem::path>& files) {
  const auto launch = launch_info();
  if (launch && launch->rank != 0) return;
  for (const auto& file : files) {
    harm_ = harm_of_reading(file);
    if (harm_) return;
  }
}

void InputTrial::require_passed(World& world) const {
  together(world, [&] {
    if (harm_) throw StorageError{*harm_};
  });
}

}  // namespace harsanyi
