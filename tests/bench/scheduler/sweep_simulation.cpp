// A sweep of a large model on many worker groups: the real plan, costs and scheduler, a simulated clock.
//
//   sweep_simulation CONFIG.json SAMPLES.json WORKERS FLOPS_PER_SECOND LAYERS COALITIONS SAMPLES
//
// CONFIG.json is a model's, as in configs/models. SAMPLES.json: {"pools": [{"shared_prefix": tokens,
// "tokens": [length of each prompt]}, ..]}. A worker group computes FLOPS_PER_SECOND; LAYERS, COALITIONS,
// SAMPLES are the extents of a unit, 0 for those that the program chooses. A unit finds its trunk done where
// its worker's unit before had the same samples. Prints JSON, see `report`.

#include <chrono>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <numeric>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "partition/plan/cost.hpp"
#include "partition/plan/unit_size.hpp"
#include "tests/schedule/simulated_run.hpp"
#include "worker/model/model_config.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

constexpr double kLatency = 0.001;  // seconds from a unit's end to the next one's arrival
constexpr double kTail = 0.02;      // the part at the end in which workers may run dry

struct Samples {
  std::vector<int> pools;
  std::vector<int> tokens;    // [samples]
  std::vector<int> prefixes;  // [samples] what their pool shares
};

json parse_file(const std::string& file) {
  std::ifstream stream{file};
  if (!stream) throw ConfigError{fmt::format("{}: cannot be read", file)};
  return json::parse(stream);
}

Samples read_samples(const std::string& file) {
  const json content = parse_file(file);
  Samples samples;
  for (const json& pool : content.at("pools")) {
    const std::vector<int> tokens = pool.at("tokens");
    samples.pools.push_back(static_cast<int>(tokens.size()));
    samples.tokens.insert(samples.tokens.end(), tokens.begin(), tokens.end());
    samples.prefixes.insert(samples.prefixes.end(), tokens.size(), pool.at("shared_prefix"));
  }
  return samples;
}

std::vector<UnitCost> costs_of(const SweepPlan& plan, const ModelShape& model, const Samples& samples) {
  std::vector<UnitCost> costs;
  for (const SweepUnit& unit : plan.units) {
    const auto first = static_cast<std::size_t>(unit.samples.first);
    costs.push_back(cost_of(unit, model, samples.tokens, samples.prefixes.at(first)));
  }
  return costs;
}

std::vector<UnitTask> tasks_of(const SweepPlan& plan, const std::vector<UnitCost>& costs) {
  std::vector<UnitTask> tasks;
  for (std::size_t i = 0; i < costs.size(); ++i)
    tasks.push_back({.cost = costs[i].flops, .affinity = plan.units[i].samples.first, .done = false});
  return tasks;
}

json report(const SweepPlan& plan, const std::vector<UnitCost>& costs, int workers, double flops_per_second) {
  const std::vector<UnitTask> tasks = tasks_of(plan, costs);
  double computed = 0.0;
  const auto seconds = [&](UnitId unit, bool same_samples) {
    const UnitCost& cost = costs[static_cast<std::size_t>(unit.value)];
    const double flops = cost.flops - (same_samples ? cost.trunk_flops : 0.0);
    computed += flops;
    return flops / flops_per_second;
  };
  const std::clock_t start = std::clock();
  const SimulatedRun run = simulate(tasks, {}, workers, kLatency, seconds);
  const double processor = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const std::vector<double> useful = useful_flops(plan, costs);
  return {{"units", tasks.size()},
          {"workers", workers},
          {"useful_flops", std::accumulate(useful.begin(), useful.end(), 0.0)},
          {"computed_flops", computed},
          {"makespan_seconds", run.makespan},
          {"busy_share", run.busy_share},
          {"busy_share_before_tail", run.busy_share_until((1 - kTail) * run.makespan)},
          {"scheduler_processor_seconds", processor},  // the simulation's own queue is in it
          {"unit", {plan.sharding.layers, plan.sharding.coalitions, plan.sharding.samples}},
          {"units_per_second", static_cast<double>(tasks.size()) / run.makespan}};
}

json simulated_sweep(const std::vector<std::string>& words) {
  const ModelShape model = read_model_config(words.at(0)).shape;
  const Samples samples = read_samples(words.at(1));
  const int workers = std::stoi(words.at(2));
  const GameShape shape{.layers = model.layers, .players = model.kv_heads, .pools = samples.pools};
  const Sharding given{.layers = std::stoi(words.at(4)),
                       .coalitions = std::stoi(words.at(5)),
                       .samples = std::stoi(words.at(6))};
  const UnitSize size =
      choose_unit_size(shape, SampleRounds{shape.pools}, {.given = given, .worker_groups = workers});
  const SweepPlan plan = make_sweep_plan(shape, size.sharding);
  return report(plan, costs_of(plan, model, samples), workers, std::stod(words.at(3)));
}

}  // namespace
}  // namespace harsanyi

int main(int argc, char** argv) {
  if (argc != 8) {
    std::cerr << "usage: sweep_simulation CONFIG.json SAMPLES.json WORKERS FLOPS_PER_SECOND LAYERS "
                 "COALITIONS SAMPLES\n";
    return 2;
  }
  try {
    std::cout << harsanyi::simulated_sweep({argv + 1, argv + argc}) << '\n';
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
