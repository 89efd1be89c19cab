// An engine library that loads the real one and lets its calls go wrong on request. HARSANYI_FAULT_ENGINE
// lists faults, separated by commas, each WHAT@RANK:WHEN
//   WHAT  oom (memory does not suffice), nan (a value is none), throw, kill, stop (SIGSTOP), hang
//   RANK  a number, or * for all
//   WHEN  N: the rank's N-th call; N+: all from the N-th on; uN: calls for unit N of a sweep
// HARSANYI_FAULT_SLEEP: milliseconds before each call, so that there is something to disturb.
// HARSANYI_FAULT_LOG: a file that gets the steady clock's nanoseconds, 8 bytes, for each call that went well.
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>

#include <dlfcn.h>
#include <fcntl.h>
#include <unistd.h>

#include "worker/engine/engine.hpp"

namespace {

using harsanyi::Engine;

struct Fault {
  std::string what;
  std::string rank;
  std::string when;
};

std::string environment(const char* name) {
  const char* text = std::getenv(name);
  return text != nullptr ? text : "";
}

std::string own_rank() {
  for (const char* name : {"OMPI_COMM_WORLD_RANK", "SLURM_PROCID"})
    if (const std::string rank = environment(name); !rank.empty()) return rank;
  return "0";
}

std::vector<Fault> read_faults() {
  std::vector<Fault> faults;
  std::istringstream texts{environment("HARSANYI_FAULT_ENGINE")};
  for (std::string text; std::getline(texts, text, ',');) {
    const auto at = text.find('@');
    const auto colon = text.find(':', at);
    faults.push_back({text.substr(0, at), text.substr(at + 1, colon - at - 1), text.substr(colon + 1)});
  }
  return faults;
}

bool is_due(const std::string& when, int call, std::optional<int> unit) {
  if (when.front() == 'u') return unit == std::stoi(when.substr(1));
  return when.back() == '+' ? call >= std::stoi(when) : call == std::stoi(when);
}

double not_a_number() {
  return std::numeric_limits<double>::quiet_NaN();
}

class FaultyEngine final : public Engine {
 public:
  explicit FaultyEngine(std::unique_ptr<Engine> real) : real_{std::move(real)} {}

  [[nodiscard]] const harsanyi::ModelConfig& config() const noexcept override { return real_->config(); }
  [[nodiscard]] harsanyi::Numerics numerics() const override { return real_->numerics(); }
  [[nodiscard]] harsanyi::StageTimes stage_times() const override { return real_->stage_times(); }
  [[nodiscard]] bool save_memory() override { return real_->save_memory(); }

  [[nodiscard]] std::vector<double> values(const harsanyi::SweepUnit& unit,
                                           std::span<const harsanyi::Prompt> prompts,
                                           const harsanyi::GameRules& rules) override {
    const bool spoil = disturb(unit.id.value);
    auto values = real_->values(unit, prompts, rules);
    if (spoil)
      values.back() = not_a_number();
    else
      note_success();
    return values;
  }
  [[nodiscard]] std::vector<harsanyi::Answer> answers(std::span<const harsanyi::Prompt> prompts,
                                                      const harsanyi::Calibration* calibration,
                                                      harsanyi::AnswerScope scope) override {
    const bool spoil = disturb(std::nullopt);
    auto answers = real_->answers(prompts, calibration, scope);
    if (spoil)
      answers.back().label_logits.back() = not_a_number();
    else
      note_success();
    return answers;
  }
  [[nodiscard]] std::vector<double> log_likelihoods(std::span<const harsanyi::Prompt> prompts,
                                                    const harsanyi::Calibration* calibration) override {
    return real_->log_likelihoods(prompts, calibration);
  }
  [[nodiscard]] std::vector<std::vector<std::int32_t>> generate(
      std::span<const harsanyi::Prompt> prompts, const harsanyi::Intervention& intervention,
      const harsanyi::GenerationRules& rules) override {
    return real_->generate(prompts, intervention, rules);
  }
  [[nodiscard]] harsanyi::ForwardOutput forward(std::span<const std::int32_t> tokens,
                                                const harsanyi::Intervention& intervention,
                                                const harsanyi::ForwardRequest& request) override {
    return real_->forward(tokens, intervention, request);
  }

 private:
  /// What is due at this call. @return whether a value is to be spoilt
  bool disturb(std::optional<int> unit) {
    std::this_thread::sleep_for(sleep_);
    ++calls_;
    bool spoil = false;
    for (const Fault& fault : faults_) {
      if ((fault.rank != "*" && fault.rank != rank_) || !is_due(fault.when, calls_, unit)) continue;
      if (fault.what == "oom") throw std::bad_alloc{};
      if (fault.what == "throw") throw std::runtime_error{"thrown by the test"};
      if (fault.what == "kill") kill(getpid(), SIGKILL);
      if (fault.what == "stop") kill(getpid(), SIGSTOP);
      if (fault.what == "hang") std::this_thread::sleep_for(std::chrono::hours{1});
      spoil = spoil || fault.what == "nan";
    }
    return spoil;
  }

  void note_success() const {
    const std::int64_t now =
        std::chrono::nanoseconds{std::chrono::steady_clock::now().time_since_epoch()}.count();
    if (log_ >= 0 && write(log_, &now, sizeof now) != sizeof now) std::abort();
  }

  std::unique_ptr<Engine> real_;
  int log_ = open(environment("HARSANYI_FAULT_LOG").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666);
  std::vector<Fault> faults_ = read_faults();
  std::string rank_ = own_rank();
  std::chrono::milliseconds sleep_{std::atoi(environment("HARSANYI_FAULT_SLEEP").c_str())};
  int calls_ = 0;
};

template <class Function>
Function* real(const char* name) {
  static void* const library = dlopen("libreal_engine.so", RTLD_NOW | RTLD_LOCAL);  // beside this one
  if (library == nullptr) {
    std::fputs(dlerror(), stderr);
    std::abort();
  }
  return reinterpret_cast<Function*>(dlsym(library, name));
}

}  // namespace

extern "C" Engine* harsanyi_engine_create(const char* folder, const harsanyi::EngineOptions* options,
                                          char* error, std::size_t error_size) {
  using Create = Engine*(const char*, const harsanyi::EngineOptions*, char*, std::size_t);
  std::unique_ptr<Engine> made{real<Create>("harsanyi_engine_create")(folder, options, error, error_size)};
  return made ? new FaultyEngine{std::move(made)} : nullptr;
}

extern "C" const char* harsanyi_engine_description() {
  return real<const char*()>("harsanyi_engine_description")();
}

extern "C" double harsanyi_engine_product_speed(harsanyi::ComputeType type, int threads) {
  return real<double(harsanyi::ComputeType, int)>("harsanyi_engine_product_speed")(type, threads);
}
