#include "orchestrator/cli/slurm_text.hpp"

#include <cmath>

#include <fmt/format.h>

#include "orchestrator/cli/plan_text.hpp"
#include "orchestrator/run/progress.hpp"

namespace harsanyi {
namespace {

std::string line(const char* name, const std::string& text) {
  return fmt::format("  {:<9}{}\n", name, text);
}

std::string head(const Study& study, const BatchJob& job) {
  const std::size_t jobs = is_array(study, job.stage) ? study.models.size() : 1;
  const Allocation& allocation = job.allocation;
  return fmt::format(
      "{}: {} job{}, each {} node{} x {} rank{} x {} core{}{}\n", name_of(job.stage), jobs,
      jobs == 1 ? "" : "s (an array over the models)", allocation.nodes, allocation.nodes == 1 ? "" : "s",
      allocation.ranks_per_node, allocation.ranks_per_node == 1 ? "" : "s", allocation.cores_per_rank,
      allocation.cores_per_rank == 1 ? "" : "s",
      allocation.gpus_per_node > 0 ? fmt::format(", {} GPUs a node", allocation.gpus_per_node) : "");
}

std::string memory_line(const Allocation& allocation, const Need& need) {
  if (allocation.memory_bytes == 0.0) return line("memory", "not asked for: --memory-gb-per-node is 0");
  if (need.weights_bytes == 0.0) return line("memory", with_prefix(allocation.memory_bytes, "B"));
  return line("memory",
              fmt::format("{} a node: {} x ({} of weights + {} for the largest unit), a tenth and 2 GB more",
                          with_prefix(allocation.memory_bytes, "B"), allocation.ranks_per_node,
                          with_prefix(need.weights_bytes, "B"), with_prefix(need.unit_bytes, "B")));
}

std::string time_line(const Cluster& cluster, const Allocation& allocation, const Need& need) {
  if (need.flops == 0.0) return line("time", duration_text(60.0 * allocation.minutes));
  std::string text =
      fmt::format("{}: {} at {} in each of {} ranks is {}", duration_text(60.0 * allocation.minutes),
                  with_prefix(need.flops, "FLOP"), with_prefix(1e9 * cluster.gflops_per_rank, "FLOP/s"),
                  allocation.ranks(), duration_text(allocation.expected_seconds));
  const double useful = 60.0 * allocation.minutes - cluster.signal_seconds;
  if (allocation.expected_seconds > useful && useful > 0.0)
    text += fmt::format(", so about {:.0f} restarts", std::ceil(allocation.expected_seconds / useful) - 1.0);
  return line("time", text);
}

}  // namespace

std::string allocation_text(const Cluster& cluster, const Study& study, const BatchJob& job,
                            const Need& need) {
  std::string text = head(study, job);
  text += memory_line(job.allocation, need) + time_line(cluster, job.allocation, need);
  if (need.flops > 0.0)
    text += line("limit",
                 fmt::format("{} s before it the units in flight are finished and the job requeues itself",
                             cluster.signal_seconds));
  return text + line("script", script_path(study, job.stage).string());
}

}  // namespace harsanyi
