#include "orchestrator/job/run_job.hpp"

#include <algorithm>
#include <thread>

#include <fmt/format.h>
#include <sched.h>

#include "orchestrator/run/engine_library.hpp"
#include "orchestrator/run/loading_progress.hpp"
#include "partition/base/error.hpp"
#include "partition/plan/tensor_shard.hpp"
#include "worker/model/checkpoint.hpp"
#include "worker/model/checksum_list.hpp"

namespace harsanyi {

int threads_of_rank(int asked, const World& world) {
  if (asked > 0) return asked;
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  const bool known = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0;
  const int cores = known ? CPU_COUNT(&allowed) : static_cast<int>(std::thread::hardware_concurrency());
  const auto all_cores = static_cast<int>(std::thread::hardware_concurrency());
  // A launcher that bound this rank to some cores has divided the node already.
  if (cores < all_cores) return cores;
  return std::max(1, cores / std::max(1, world.ranks_on_this_node()));
}

std::unique_ptr<Engine> load_model(const ModelFacts& model, EngineOptions options, World& world) {
  if (world.rank() == Rank{0}) options.on_layer_loaded = LoadingProgress{model.name};
  return load_engine_from_library(model.folder, options);
}

EngineOptions engine_options(const ComputeOptions& options, const World& world, WorkerGroup* group) {
  return {.threads = threads_of_rank(options.threads, world),
          .compute = options.dtype,
          .weights = options.weights,
          .kernel = options.kernel,
          .device = options.device,
          .rank_on_node = world.rank_on_this_node(),
          .group = group};
}

void require_divisible(const ModelFacts& model, int ranks) {
  try {
    static_cast<void>(tensor_shard(model.config.shape, ranks, 0));
  } catch (const PlanError& error) {
    throw PlanError{fmt::format("{}: {}", model.name, error.what())};
  }
}

std::string digest_of_weights(const std::filesystem::path& folder, bool verify) {
  return verify ? check_model_files(folder).weights_digest : weights_digest(folder);
}

void add_numerics(Identity& identity, const Numerics& numerics) {
  // Counts changes of the engine that move the last bits of results: units of different counts never mix.
  constexpr const char* kArithmetic = "5";
  identity.set("numerics.arithmetic", kArithmetic);
  identity.set("numerics.dtype", numerics.compute_dtype);
  identity.set("numerics.device", numerics.device);
  identity.set("numerics.blas", numerics.blas);
  identity.set("numerics.blas_mode", numerics.blas_mode);
  identity.set("numerics.row_bits", numerics.row_bits);
  identity.set("numerics.libtorch", numerics.libtorch);
  if (!numerics.device_sums.empty()) identity.set("numerics.device_sums", numerics.device_sums);
}

void add_group_size(Identity& identity, const std::string& prefix, int ranks) {
  if (ranks > 1) identity.set(prefix + ".tensor_parallel", std::to_string(ranks));
}

}  // namespace harsanyi
