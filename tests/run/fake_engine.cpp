// A shared library with the engine's two functions, for engine_library_test: an "engine" whose family is the
// folder it was made from and whose threads are those asked for.
#include <cstdio>
#include <cstring>
#include <string>

#include "partition/base/error.hpp"
#include "worker/engine/engine.hpp"

namespace {

class FakeEngine final : public harsanyi::Engine {
 public:
  FakeEngine(const char* folder, const harsanyi::EngineOptions& options) : options_{options} {
    config_.family = folder;
  }
  [[nodiscard]] const harsanyi::ModelConfig& config() const noexcept override { return config_; }
  [[nodiscard]] harsanyi::Numerics numerics() const override {
    harsanyi::Numerics numerics;
    numerics.device = std::to_string(options_.threads) + " threads";
    numerics.compute_dtype = harsanyi::name_of(options_.compute);
    return numerics;
  }
  [[nodiscard]] std::vector<double> values(const harsanyi::SweepUnit&, std::span<const harsanyi::Prompt>,
                                           const harsanyi::GameRules&) override {
    throw harsanyi::ModelError{"thrown in the library"};
  }
  [[nodiscard]] std::vector<harsanyi::Answer> answers(std::span<const harsanyi::Prompt> prompts,
                                                      const harsanyi::Calibration*,
                                                      harsanyi::AnswerScope) override {
    return std::vector<harsanyi::Answer>(prompts.size());
  }
  [[nodiscard]] std::vector<double> log_likelihoods(std::span<const harsanyi::Prompt> prompts,
                                                    const harsanyi::Calibration*) override {
    return std::vector<double>(prompts.size());
  }
  [[nodiscard]] std::vector<std::vector<std::int32_t>> generate(std::span<const harsanyi::Prompt> prompts,
                                                                const harsanyi::Intervention&,
                                                                const harsanyi::GenerationRules&) override {
    return std::vector<std::vector<std::int32_t>>(prompts.size());
  }
  [[nodiscard]] harsanyi::ForwardOutput forward(std::span<const std::int32_t>, const harsanyi::Intervention&,
                                                const harsanyi::ForwardRequest&) override {
    return {};
  }

 private:
  harsanyi::ModelConfig config_;
  harsanyi::EngineOptions options_;
};

}  // namespace

extern "C" harsanyi::Engine* harsanyi_engine_create(const char* folder,
                                                    const harsanyi::EngineOptions* options, char* error,
                                                    std::size_t error_size) {
  if (std::strcmp(folder, "broken") == 0) {
    std::snprintf(error, error_size, "broken/config.json: no such file");
    return nullptr;
  }
  if (std::strcmp(folder, "silent") == 0) return nullptr;
  return new FakeEngine{folder, *options};
}

extern "C" const char* harsanyi_engine_description() {
  return "a fake engine";
}

extern "C" double harsanyi_engine_product_speed(harsanyi::ComputeType type, int threads) {
  return type == harsanyi::ComputeType::float32 ? threads : 0.5 * threads;
}
