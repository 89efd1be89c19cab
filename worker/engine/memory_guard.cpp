#include "worker/engine/memory_guard.hpp"

#include <cerrno>
#include <fstream>
#include <new>
#include <string>
#include <string_view>
#include <utility>

#include <c10/util/Exception.h>
#include <sys/resource.h>

namespace harsanyi {
namespace {

class OutOfMemory final : public std::bad_alloc {
 public:
  explicit OutOfMemory(std::string text) : text_{std::move(text)} {}
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::string text_;
};

/// The CPU's allocator has no type of its own for it.
bool is_out_of_memory(const c10::Error& error) {
  const std::string_view text = error.what_without_backtrace();
  return dynamic_cast<const c10::OutOfMemoryError*>(&error) != nullptr ||
         text.find("can't allocate memory") != std::string_view::npos;
}

/// Where neither a limit nor the kernel's strict accounting refuses memory, small allocations do not fail,
/// and ENOMEM may come from an attempt at large pages.
bool memory_may_be_refused() {
  static const bool strict = [] {
    std::ifstream file{"/proc/sys/vm/overcommit_memory"};
    int policy = 0;
    return file >> policy && policy == 2;
  }();
  const auto is_limited = [](auto resource) {
    rlimit limit{};
    return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
  };
  return strict || is_limited(RLIMIT_AS) || is_limited(RLIMIT_DATA);
}

template <class Work>
auto guarded(const Work& work) {
  errno = 0;  // set by any allocation that fails, and by nothing that succeeds
  try {
    auto result = work();
    if (errno == ENOMEM && memory_may_be_refused())
      throw OutOfMemory{"a library had to do without a buffer, and its products would have other bits"};
    return result;
  } catch (const c10::Error& error) {
    if (is_out_of_memory(error)) throw OutOfMemory{error.what_without_backtrace()};
    throw;
  }
}

class GuardedEngine final : public Engine {
 public:
  explicit GuardedEngine(std::unique_ptr<Engine> engine) : engine_{std::move(engine)} {}

  [[nodiscard]] const ModelConfig& config() const noexcept override { return engine_->config(); }
  [[nodiscard]] Numerics numerics() const override { return engine_->numerics(); }
  [[nodiscard]] StageTimes stage_times() const override { return engine_->stage_times(); }
  [[nodiscard]] bool save_memory() override { return engine_->save_memory(); }
  void forget() override { engine_->forget(); }

  [[nodiscard]] std::vector<double> values(const SweepUnit& unit, std::span<const Prompt> prompts,
                                           const GameRules& rules) override {
    return guarded([&] { return engine_->values(unit, prompts, rules); });
  }
  [[nodiscard]] std::vector<Answer> answers(std::span<const Prompt> prompts, const Calibration* calibration,
                                            AnswerScope scope) override {
    return guarded([&] { return engine_->answers(prompts, calibration, scope); });
  }
  [[nodiscard]] std::vector<double> log_likelihoods(std::span<const Prompt> prompts,
                                                    const Calibration* calibration) override {
    return guarded([&] { return engine_->log_likelihoods(prompts, calibration); });
  }
  [[nodiscard]] std::vector<std::vector<std::int32_t>> generate(std::span<const Prompt> prompts,
                                                                const Intervention& intervention,
                                                                const GenerationRules& rules) override {
    return guarded([&] { return engine_->generate(prompts, intervention, rules); });
  }
  [[nodiscard]] ForwardOutput forward(std::span<const std::int32_t> tokens, const Intervention& intervention,
                                      const ForwardRequest& request) override {
    return guarded([&] { return engine_->forward(tokens, intervention, request); });
  }

 private:
  std::unique_ptr<Engine> engine_;
};

}  // namespace

std::unique_ptr<Engine> guard_memory(std::unique_ptr<Engine> engine) {
  return std::make_unique<GuardedEngine>(std::move(engine));
}

}  // namespace harsanyi
