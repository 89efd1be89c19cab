// The engine as one rank of a sweep, for tests/bench/engine/bench.py: loads a model and a game, then computes
// the units it is told to.
//
//   engine_bench MODEL_DIR GAME.json THREADS [KERNEL [DEVICE [DTYPE]]]
//
// GAME.json: {"epsilon": 1e-5, "prompts": [{"tokens": [..], "label_tokens": [..], "gold": 0}, ..],
//             "units": [{"layers": [first, last], "coalitions": [first, last], "samples": [first, last]},
//             ..]}
// with half-open ranges. Prints {"flops": [per unit], "trunk_flops": [per unit], "numerics": {..}} once it is
// loaded; then, for every line {"units": [numbers]} that it reads, computes those and prints {"seconds",
// "processor_seconds", "stages": {"products", "attention", "rows": seconds since loading}, "values": [per
// unit, layers x samples x coalitions], "peak_rss_bytes"}. Ends with its input.

#include <chrono>
#include <ctime>
#include <exception>
#include <fstream>
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/resource.h>

#include "partition/base/error.hpp"
#include "partition/plan/cost.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

struct Game {
  std::vector<Prompt> prompts;
  std::vector<SweepUnit> units;
  GameRules rules;
};

template <class T>
Range<T> range_of(const json& bounds) {
  return {bounds.at(0).get<int>(), bounds.at(1).get<int>()};
}

Game read_game(const std::string& file) {
  std::ifstream stream{file};
  if (!stream) throw ConfigError{fmt::format("{}: cannot be read", file)};
  const json game = json::parse(stream);
  Game read;
  read.rules.epsilon = game.at("epsilon");
  for (const json& prompt : game.at("prompts"))
    read.prompts.push_back({.tokens = prompt.at("tokens"),
                            .label_tokens = prompt.at("label_tokens"),
                            .gold = prompt.at("gold")});
  for (const json& unit : game.at("units"))
    read.units.push_back({.id = UnitId{static_cast<int>(read.units.size())},
                          .layers = range_of<LayerId>(unit.at("layers")),
                          .coalitions = range_of<Coalition>(unit.at("coalitions")),
                          .samples = range_of<SampleId>(unit.at("samples"))});
  return read;
}

std::vector<int> lengths_of(std::span<const Prompt> prompts) {
  std::vector<int> lengths;
  for (const Prompt& prompt : prompts) lengths.push_back(static_cast<int>(prompt.tokens.size()));
  return lengths;
}

/// Useful operations of each unit by partition/plan/cost.hpp, and those of its trunk, which a unit that
/// follows another of the same samples finds done.
json costs_of(const Game& game, const ModelShape& model) {
  const std::vector<int> lengths = lengths_of(game.prompts);
  json costs{{"flops", json::array()}, {"trunk_flops", json::array()}};
  for (const SweepUnit& unit : game.units) {
    const auto samples = std::span{game.prompts}.subspan(static_cast<std::size_t>(unit.samples.first),
                                                         static_cast<std::size_t>(unit.samples.size()));
    const UnitCost cost = cost_of(unit, model, lengths, static_cast<int>(shared_prefix(samples)));
    costs["flops"].push_back(cost.flops);
    costs["trunk_flops"].push_back(cost.trunk_flops);
  }
  return costs;
}

std::int64_t peak_rss_bytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return std::int64_t{usage.ru_maxrss} * 1024;
}

json compute(Engine& engine, const Game& game, const json& request) {
  json values = json::array();
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t processor = std::clock();
  for (const std::size_t unit : request.at("units"))
    values.push_back(engine.values(game.units.at(unit), game.prompts, game.rules));
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const double processor_seconds = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  const StageTimes stages = engine.stage_times();
  return {{"seconds", time.count()},
          {"processor_seconds", processor_seconds},
          {"stages",
           {{"products", stages.seconds(Stage::products)},
            {"attention", stages.seconds(Stage::attention)},
            {"rows", stages.seconds(Stage::rows)}}},
          {"values", std::move(values)},
          {"peak_rss_bytes", peak_rss_bytes()}};
}

void serve(const std::string& model_folder, const std::string& game_file, const EngineOptions& options) {
  const auto engine = load_engine(model_folder, options);
  const Game game = read_game(game_file);
  json ready = costs_of(game, engine->config().shape);
  const Numerics numerics = engine->numerics();
  ready["numerics"] = {{"blas", numerics.blas},
                       {"blas_mode", numerics.blas_mode},
                       {"row_bits", numerics.row_bits},
                       {"libtorch", numerics.libtorch}};
  std::cout << ready << std::endl;
  for (std::string line; std::getline(std::cin, line);)
    std::cout << compute(*engine, game, json::parse(line)) << std::endl;
}

}  // namespace
}  // namespace harsanyi

int main(int argc, char** argv) {
  if (argc < 4 || argc > 7) {
    std::cerr << "usage: engine_bench MODEL_DIR GAME.json THREADS [KERNEL [DEVICE [DTYPE]]]\n";
    return 2;
  }
  const auto argument = [&](int i, const char* where_missing) { return argc > i ? argv[i] : where_missing; };
  try {
    harsanyi::serve(argv[1], argv[2],
                    {.threads = std::stoi(argv[3]),
                     .compute = harsanyi::parse_enum<harsanyi::ComputeType>(argument(6, "float32")),
                     .kernel = harsanyi::parse_enum<harsanyi::ProductKernel>(argument(4, "auto")),
                     .device = harsanyi::parse_enum<harsanyi::DeviceChoice>(argument(5, "cpu"))});
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
