#include "worker/engine/group_device.hpp"

#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/fixed_text.hpp"
#include "partition/base/shared_library.hpp"
#include "worker/parallel/nccl_module.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {
namespace {

/// The folder of the engine library, beside which the libraries for GPUs lie.
std::filesystem::path own_folder() {
  static const char in_this_library = 0;
  return folder_of(&in_this_library);
}

/// What a rank tells its group of its device.
struct Report {
  FixedText<256> device{};    ///< its name
  FixedText<1024> refusal{};  ///< why it has none; empty if it has
};

/// The same exception on all ranks, unless all can go on with the same device.
void require_same_device(WorkerGroup& group, const Report& own) {
  const std::vector<Report> all = gather_one(group, own);
  for (std::size_t r = 0; r < all.size(); ++r)
    if (!all[r].refusal.empty())
      throw ConfigError{fmt::format("rank {} of a worker group: {}", r, all[r].refusal.c_str())};
  for (std::size_t r = 1; r < all.size(); ++r)
    if (all[r].device != all.front().device)
      throw ConfigError{
          fmt::format("the ranks of a worker group compute on different devices, rank 0 on '{}' and rank {} "
                      "on '{}'; give "
                      "each the same kind of GPU, or choose --device cpu",
                      all.front().device.c_str(), r, all[r].device.c_str())};
}

}  // namespace

GroupDevice open_group_device(const EngineOptions& options) {
  WorkerGroup* group = options.group;
  if (group == nullptr || group->size() == 1)
    return {open_device(options.device, options.rank_on_node, own_folder()), {}};
  GroupDevice opened;
  std::optional<NcclModule> nccl;
  Report own;
  try {
    opened.device = open_device(options.device, options.rank_on_node, own_folder());
    if (!opened.device.place.is_cpu()) nccl.emplace(own_folder());
    own.device = FixedText<256>{opened.device.name};
  } catch (const std::exception& e) {
    own.refusal = FixedText<1024>{e.what()};
  }
  require_same_device(*group, own);
  if (nccl) opened.sums = nccl->sums(*group, opened.device.place.index());
  return opened;
}

}  // namespace harsanyi
