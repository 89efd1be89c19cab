#include "orchestrator/schedule/worker_pools.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// Sizes that units ask for, each once; {any} where none does.
std::vector<int> sizes_of(const std::vector<UnitTask>& tasks) {
  std::vector<int> sizes;
  for (const UnitTask& task : tasks)
    if (std::find(sizes.begin(), sizes.end(), task.ranks) == sizes.end()) sizes.push_back(task.ranks);
  if (sizes.empty()) sizes.push_back(UnitTask::kAnyRanks);
  return sizes;
}

int place_of(const std::vector<int>& sizes, int size) {
  return static_cast<int>(std::find(sizes.begin(), sizes.end(), size) - sizes.begin());
}

}  // namespace

WorkerPools::WorkerPools(const std::vector<UnitTask>& tasks, const std::vector<int>& worker_ranks,
                         Scheduler::Options options) {
  const std::vector<int> sizes = sizes_of(tasks);
  const bool any = sizes == std::vector{UnitTask::kAnyRanks};
  for (const int size : sizes) {
    if (!any && std::find(worker_ranks.begin(), worker_ranks.end(), size) == worker_ranks.end())
      throw PlanError{
          fmt::format("units ask for {} ranks that hold a model together, and there is no such group", size)};
    std::vector<UnitTask> of_size = tasks;
    for (UnitTask& task : of_size) task.wanted = task.wanted && task.ranks == size;
    pools_.push_back(std::make_unique<Scheduler>(std::move(of_size), options));
  }
  for (const UnitTask& task : tasks) pool_of_unit_.push_back(place_of(sizes, task.ranks));
  for (const int ranks : worker_ranks) pool_of_worker_.push_back(any ? 0 : place_of(sizes, ranks));
}

Scheduler& WorkerPools::of(WorkerId worker) const {
  return *pools_.at(static_cast<std::size_t>(pool_of_worker_.at(static_cast<std::size_t>(worker.value))));
}

Scheduler& WorkerPools::of(UnitId unit) const {
  return *pools_.at(static_cast<std::size_t>(pool_of_unit_.at(static_cast<std::size_t>(unit.value))));
}

void WorkerPools::stop_handing_out() {
  for (const auto& pool : pools_) pool->stop_handing_out();
}

bool WorkerPools::finished() const {
  return std::all_of(pools_.begin(), pools_.end(), [](const auto& pool) { return pool->finished(); });
}

bool WorkerPools::stuck() const {
  if (in_flight() > 0 || left() == 0) return false;
  return std::all_of(pools_.begin(), pools_.end(),
                     [](const auto& pool) { return pool->left() == 0 || pool->workers_present() == 0; });
}

template <class Number>
Number WorkerPools::sum(Number (Scheduler::*part)() const noexcept) const {
  Number all{};
  for (const auto& pool : pools_) all += (*pool.*part)();
  return all;
}

int WorkerPools::done() const {
  return sum(&Scheduler::done);
}
int WorkerPools::left() const {
  return sum(&Scheduler::left);
}
int WorkerPools::in_flight() const {
  return sum(&Scheduler::in_flight);
}
double WorkerPools::cost_done() const {
  return sum(&Scheduler::cost_done);
}
double WorkerPools::cost_left() const {
  return sum(&Scheduler::cost_left);
}

std::map<UnitId, std::string> WorkerPools::set_aside() const {
  std::map<UnitId, std::string> all;
  for (const auto& pool : pools_) all.insert(pool->set_aside().begin(), pool->set_aside().end());
  return all;
}

int WorkerPools::units_set_aside() const {
  std::size_t units = 0;
  for (const auto& pool : pools_) units += pool->set_aside().size();
  return static_cast<int>(units);
}

}  // namespace harsanyi
