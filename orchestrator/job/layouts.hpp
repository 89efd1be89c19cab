#pragma once

#include <vector>

#include "orchestrator/config/plan_options.hpp"
#include "orchestrator/job/memory_form.hpp"
#include "orchestrator/job/sweep_job.hpp"
#include "partition/plan/layout.hpp"

namespace harsanyi {

/// The ways to place a sweep on some devices, and what they were reckoned with.
struct LayoutPlan {
  DeviceProfile profile;
  MemoryForm form{};
  StoredNumbers stored{};
  ProductKernel kernel = ProductKernel::library;
  Figure speed{};  ///< peak of the products
  int devices = 1;
  std::vector<Layout> layouts{};
  std::optional<std::size_t> best{};
  int asked_ranks = 1;  ///< --tensor-parallel
};

/// @throws ConfigError  for the device profile  @throws PlanError, ModelError  as the plan of the job
[[nodiscard]] LayoutPlan plan_layouts(const SweepJob& job, const PlanOptions& options);

}  // namespace harsanyi
