#include "orchestrator/run/gpu_binding.hpp"

#include <algorithm>
#include <map>
#include <sstream>
#include <vector>

#include <fmt/format.h>

#include "orchestrator/run/environment.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

std::vector<std::string> split(const std::string& text, char separator) {
  std::vector<std::string> parts;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, separator);) parts.push_back(part);
  return parts;
}

std::string own_gpus() {
  return fmt::format("{}\n{}\n{}", host_name(), environment("CUDA_VISIBLE_DEVICES"),
                     environment("SLURM_STEP_GPUS"));
}

RankGpus gpus_of(const std::string& text) {
  std::vector<std::string> lines = split(text, '\n');
  lines.resize(3);
  return {lines[0], lines[1], lines[2]};
}

/// Whether each rank of the node may have a GPU of its own though all call it by the same number.
bool are_confined(std::span<const RankGpus> ranks, const std::string& node) {
  std::size_t on_node = 0;
  std::size_t of_step = 0;
  for (const RankGpus& rank : ranks) {
    if (rank.node != node) continue;
    ++on_node;
    of_step = split(rank.step, ',').size();
    if (rank.visible != "0") return false;
  }
  return of_step >= on_node;
}

}  // namespace

void check_gpu_binding(std::span<const RankGpus> ranks) {
  std::map<std::pair<std::string, std::string>, std::size_t> owners;  // by node and GPU
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    const RankGpus& gpus = ranks[rank];
    if (gpus.step.empty() || are_confined(ranks, gpus.node)) continue;
    for (const std::string& gpu : split(gpus.visible, ',')) {
      const auto [owner, is_new] = owners.try_emplace({gpus.node, gpu}, rank);
      if (is_new) continue;
      throw ConfigError{fmt::format(
          "ranks {} and {} on {} share GPU {} (CUDA_VISIBLE_DEVICES is {} and {}); give each its own with "
          "--gpus-per-task=1, or --gres=gpu:N with srun --gpu-bind=single:1, start fewer ranks, or ask for "
          "no GPU",
          owner->second, rank, gpus.node, gpu, ranks[owner->second].visible, gpus.visible)};
    }
  }
}

void check_gpu_binding(World& world) {
  std::vector<RankGpus> ranks;
  for (const std::string& text : told_to_rank_0(world, own_gpus())) ranks.push_back(gpus_of(text));
  together(world, [&] {
    if (world.rank() == Rank{0}) check_gpu_binding(ranks);
  });
}

}  // namespace harsanyi
