#include "orchestrator/job/layouts.hpp"

#include <algorithm>

#include "orchestrator/job/unit_memory.hpp"

namespace harsanyi {
namespace {

Link link_of(const LinkProfile& profile) {
  return {.bytes_per_second = profile.bytes_per_second.value, .seconds = profile.seconds.value};
}

Device device_of(const DeviceProfile& profile, double flops_per_second) {
  return {.memory_bytes = profile.memory_bytes.value,
          .flops_per_second = flops_per_second,
          .bytes_per_second = profile.memory_bytes_per_second.value,
          .devices_per_node = profile.devices_per_node,
          .within_node = link_of(profile.within_node),
          .between_nodes = link_of(profile.between_nodes)};
}

double most_labels(const SweepJob& job) {
  std::size_t most = 2;  // of prompts that are assumed
  for (const Prompt& prompt : job.prompts) most = std::max(most, prompt.label_tokens.size());
  return static_cast<double>(most);
}

}  // namespace

LayoutPlan plan_layouts(const SweepJob& job, const PlanOptions& options) {
  const ComputeOptions& compute = options.sweep.model.compute;
  LayoutPlan plan{.profile = read_device_profile(options.device_profile),
                  .form = {},
                  .stored = stored_numbers(job.model.folder),
                  .speed = {},
                  .layouts = {},
                  .best = {},
                  .asked_ranks = compute.tensor_parallel};
  plan.kernel = kernel_of(compute, plan.profile);
  plan.form = memory_form(compute, plan.profile.kind, plan.kernel, plan.stored, job.model.config.shape);
  plan.speed = product_speed(compute, plan.profile, plan.stored);
  plan.form.program = plan.profile.program_bytes.value;
  plan.devices = options.devices > 0 ? options.devices : plan.profile.devices_per_node;
  const std::vector<int> tokens = job.prompt_lengths();
  const std::vector<int> prefixes = shared_prefixes(job);
  plan.layouts =
      layouts_of({.plan = job.plan,
                  .model = job.model.config.shape,
                  .tokens = tokens,
                  .prefixes = prefixes,
                  .form = plan.form,
                  .game = game_memory(job),
                  .device = device_of(plan.profile, plan.speed.value * plan.profile.share_of_peak.value),
                  .devices = plan.devices,
                  .most_ranks = std::max(options.most_ranks, compute.tensor_parallel),
                  .labels = most_labels(job),
                  .new_tokens = job.rules.value == ValueKind::f1 ? job.generated.rules.max_new_tokens : 0});
  plan.best = best_layout(plan.layouts, compute.tensor_parallel > 1 ? compute.tensor_parallel : 0);
  return plan;
}

}  // namespace harsanyi
