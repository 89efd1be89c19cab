#include "orchestrator/schedule/scheduler.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

bool Scheduler::LongestFirst::operator()(UnitId a, UnitId b) const noexcept {
  const double cost_a = (*tasks)[static_cast<std::size_t>(a.value)].cost;
  const double cost_b = (*tasks)[static_cast<std::size_t>(b.value)].cost;
  return cost_a != cost_b ? cost_a > cost_b : a < b;
}

Scheduler::Scheduler(std::vector<UnitTask> tasks, Options options)
    : tasks_{std::move(tasks)}, options_{options} {
  if (options_.attempts < 1 || options_.units_in_hand < 1)
    throw PlanError{fmt::format("attempts is {} and units_in_hand is {}; both must be at least 1",
                                options_.attempts, options_.units_in_hand)};
  for (std::size_t i = 0; i < tasks_.size(); ++i)
    if (!std::isfinite(tasks_[i].cost) || tasks_[i].cost <= 0.0)
      throw PlanError{
          fmt::format("the cost of unit {} is {}; it must be positive and finite", i, tasks_[i].cost)};
  make_groups();
}

void Scheduler::make_groups() {
  std::unordered_map<std::int64_t, int> group_of_affinity;
  for (std::size_t i = 0; i < tasks_.size(); ++i) {
    if (!tasks_[i].wanted) continue;
    if (tasks_[i].done) {
      ++done_;
      continue;
    }
    const auto [entry, is_new] =
        group_of_affinity.try_emplace(tasks_[i].affinity, static_cast<int>(groups_.size()));
    if (is_new) groups_.emplace_back();
    Group& group = groups_[static_cast<std::size_t>(entry->second)];
    group.units.push_back(UnitId::from_index(static_cast<std::int64_t>(i)));
    group.cost_left += tasks_[i].cost;
    cost_left_ += tasks_[i].cost;
    ++waiting_;
  }
  for (int g = 0; g < static_cast<int>(groups_.size()); ++g) {
    auto& units = groups_[static_cast<std::size_t>(g)].units;
    std::sort(units.begin(), units.end(), LongestFirst{&tasks_});
    open_groups_.insert(need_of(g));
  }
}

const UnitTask& Scheduler::task(UnitId unit) const {
  return tasks_[static_cast<std::size_t>(unit.value)];
}

Scheduler::Worker* Scheduler::present(WorkerId worker) {
  if (worker.value < 0 || worker.value >= static_cast<int>(workers_.size())) return nullptr;
  Worker& found = workers_[static_cast<std::size_t>(worker.value)];
  return found.present ? &found : nullptr;
}

// ---- groups

Scheduler::Need Scheduler::need_of(int group) const {
  const Group& g = groups_[static_cast<std::size_t>(group)];
  return {g.workers > 0, -g.cost_left / std::max(g.workers, 1), group};
}

template <class Change>
void Scheduler::change_group(int group, Change change) {
  open_groups_.erase(need_of(group));
  Group& g = groups_[static_cast<std::size_t>(group)];
  change(g);
  if (g.next < g.units.size()) open_groups_.insert(need_of(group));
}

void Scheduler::move_worker_to(Worker& worker, int group) {
  if (worker.group == group) return;
  if (worker.group != kNoGroup) change_group(worker.group, [](Group& g) { --g.workers; });
  worker.group = group;
  if (group != kNoGroup) change_group(group, [](Group& g) { ++g.workers; });
}

// ---- choosing a unit

std::optional<UnitId> Scheduler::next_unit(WorkerId worker) {
  if (!handing_out_ || waiting_ == 0) return std::nullopt;
  auto unit = take_returned(worker, /*also_failed_here=*/false);
  if (!unit) unit = take_fresh(workers_[static_cast<std::size_t>(worker.value)]);
  if (!unit) unit = take_returned(worker, /*also_failed_here=*/true);
  if (unit) --waiting_;
  return unit;
}

std::optional<UnitId> Scheduler::take_returned(WorkerId worker, bool also_failed_here) {
  for (auto entry = returned_.begin(); entry != returned_.end(); ++entry) {
    auto& [failed_on, units] = *entry;
    if (failed_on.contains(worker) && !(also_failed_here && tried_by_all(failed_on))) continue;
    const UnitId unit = *units.begin();
    units.erase(units.begin());
    if (units.empty()) returned_.erase(entry);
    return unit;
  }
  return std::nullopt;
}

/// The longest unit of the worker's own group, or of the group that needs a worker most.
std::optional<UnitId> Scheduler::take_fresh(Worker& worker) {
  if (open_groups_.empty()) return std::nullopt;
  const auto has_units = [this](int group) {
    const Group& g = groups_[static_cast<std::size_t>(group)];
    return g.next < g.units.size();
  };
  if (worker.group == kNoGroup || !has_units(worker.group))
    move_worker_to(worker, open_groups_.begin()->group);
  UnitId unit;
  change_group(worker.group, [&](Group& g) {
    unit = g.units[g.next++];
    g.cost_left -= task(unit).cost;
  });
  return unit;
}

bool Scheduler::tried_by_all(const std::set<WorkerId>& workers) const {
  const auto is_present = [this](WorkerId w) { return workers_[static_cast<std::size_t>(w.value)].present; };
  return std::count_if(workers.begin(), workers.end(), is_present) == workers_present_;
}

std::size_t Scheduler::room(const Worker& worker) const {
  const bool plentiful = waiting_ > workers_present_;
  const auto wanted = static_cast<std::size_t>(plentiful ? options_.units_in_hand : 1);
  return wanted - std::min(wanted, worker.in_hand.size());
}

void Scheduler::fill(WorkerId id, Outbox& outbox) {
  Worker& worker = workers_[static_cast<std::size_t>(id.value)];
  while (room(worker) > 0) {
    const auto unit = next_unit(id);
    if (!unit) break;
    worker.in_hand.push_back(*unit);
    ++in_flight_;
    outbox.push_back({id, *unit});
  }
  if (worker.in_hand.empty())
    idle_.insert(id);
  else
    idle_.erase(id);
}

/// After units came back, or a worker left and so changed who may try them.
void Scheduler::fill_idle_workers(Outbox& outbox) {
  const std::set<WorkerId> idle = idle_;
  for (const WorkerId worker : idle) {
    if (waiting_ == 0) return;
    fill(worker, outbox);
  }
}

// ---- events

Outbox Scheduler::on_worker_ready(WorkerId worker) {
  Outbox outbox;
  if (worker.value < 0) return outbox;
  if (worker.value >= static_cast<int>(workers_.size()))
    workers_.resize(static_cast<std::size_t>(worker.value) + 1);
  Worker& newcomer = workers_[static_cast<std::size_t>(worker.value)];
  if (!newcomer.present) ++workers_present_;
  newcomer.present = true;
  fill(worker, outbox);
  return outbox;
}

Outbox Scheduler::on_unit_done(WorkerId worker, UnitId unit) {
  Outbox outbox;
  if (!holds(worker, unit)) return outbox;
  take_from_hand(*present(worker), unit);
  cost_left_ -= task(unit).cost;
  note_done(unit);
  fill(worker, outbox);
  return outbox;
}

bool Scheduler::on_late_done(UnitId unit) {
  if (set_aside_.erase(unit) > 0) {
    note_done(unit);
    return true;
  }
  const auto entry = returned_.find(failed_on(unit));
  if (entry == returned_.end() || entry->second.erase(unit) == 0) return false;
  if (entry->second.empty()) returned_.erase(entry);
  --waiting_;
  cost_left_ -= task(unit).cost;
  note_done(unit);
  return true;
}

void Scheduler::note_done(UnitId unit) {
  ++done_;
  cost_done_ += task(unit).cost;
  troubles_.erase(unit);
}

Outbox Scheduler::on_unit_failed(WorkerId worker, UnitId unit, const std::string& reason) {
  Outbox outbox;
  if (!holds(worker, unit)) return outbox;
  take_from_hand(*present(worker), unit);
  note_failure(worker, unit, reason);
  // Idle workers first: the one that failed has, as a rule, another unit in hand.
  fill_idle_workers(outbox);
  fill(worker, outbox);
  return outbox;
}

Outbox Scheduler::on_worker_lost(WorkerId worker, const std::string& reason) {
  Worker* lost = present(worker);
  if (lost != nullptr && !lost->in_hand.empty()) {
    const UnitId running = lost->in_hand.front();
    take_from_hand(*lost, running);
    note_failure(worker, running, reason);
  }
  return remove_worker(worker);
}

Outbox Scheduler::on_worker_left(WorkerId worker) {
  return remove_worker(worker);
}

Outbox Scheduler::remove_worker(WorkerId id) {
  Outbox outbox;
  Worker* worker = present(id);
  if (worker == nullptr) return outbox;
  while (!worker->in_hand.empty()) {
    const UnitId unit = worker->in_hand.back();
    take_from_hand(*worker, unit);
    give_back(unit);
  }
  move_worker_to(*worker, kNoGroup);
  worker->present = false;
  --workers_present_;
  idle_.erase(id);
  fill_idle_workers(outbox);
  return outbox;
}

void Scheduler::take_from_hand(Worker& worker, UnitId unit) {
  std::erase(worker.in_hand, unit);
  --in_flight_;
}

std::set<WorkerId> Scheduler::failed_on(UnitId unit) const {
  const auto trouble = troubles_.find(unit);
  return trouble == troubles_.end() ? std::set<WorkerId>{} : trouble->second.failed_on;
}

void Scheduler::give_back(UnitId unit) {
  returned_.try_emplace(failed_on(unit), LongestFirst{&tasks_}).first->second.insert(unit);
  ++waiting_;
}

void Scheduler::note_failure(WorkerId worker, UnitId unit, const std::string& reason) {
  Trouble& trouble = troubles_[unit];
  trouble.failed_on.insert(worker);
  if (++trouble.failures < options_.attempts) {
    give_back(unit);
    return;
  }
  troubles_.erase(unit);
  cost_left_ -= task(unit).cost;
  set_aside_.emplace(unit, reason);
}

void Scheduler::stop_handing_out() {
  handing_out_ = false;
}

// ---- state

bool Scheduler::holds(WorkerId worker, UnitId unit) const noexcept {
  if (worker.value < 0 || worker.value >= static_cast<int>(workers_.size())) return false;
  const auto& in_hand = workers_[static_cast<std::size_t>(worker.value)].in_hand;
  return std::find(in_hand.begin(), in_hand.end(), unit) != in_hand.end();
}

std::optional<UnitId> Scheduler::running(WorkerId worker) const noexcept {
  if (worker.value < 0 || worker.value >= static_cast<int>(workers_.size())) return std::nullopt;
  const auto& in_hand = workers_[static_cast<std::size_t>(worker.value)].in_hand;
  return in_hand.empty() ? std::nullopt : std::optional{in_hand.front()};
}

bool Scheduler::finished() const {
  return in_flight_ == 0 && (waiting_ == 0 || !handing_out_);
}
int Scheduler::done() const noexcept {
  return done_;
}
int Scheduler::left() const noexcept {
  return waiting_ + in_flight_;
}
int Scheduler::in_flight() const noexcept {
  return in_flight_;
}
double Scheduler::cost_done() const noexcept {
  return cost_done_;
}
double Scheduler::cost_left() const noexcept {
  return left() == 0 ? 0.0 : std::max(cost_left_, 0.0);
}
const std::map<UnitId, std::string>& Scheduler::set_aside() const noexcept {
  return set_aside_;
}

}  // namespace harsanyi
