#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "partition/game/coalition.hpp"
#include "partition/game/conventions.hpp"
#include "partition/plan/prompt.hpp"
#include "partition/plan/sweep_plan.hpp"
#include "worker/model/compute_type.hpp"
#include "worker/model/device_choice.hpp"
#include "worker/model/model_config.hpp"
#include "worker/model/product_kernel.hpp"
#include "worker/model/stage_times.hpp"

// The engine as the rest of the program sees it. No ATen here: the orchestrator does not link libtorch, it
// loads the engine library when a command needs it (orchestrator/run/engine_library.hpp).

namespace harsanyi {

/// How absent players are masked and what a coalition's value is.
struct GameRules {
  MaskKind mask = MaskKind::undifferentiated;
  double epsilon = 1e-5;  ///< >= 0 and finite
  ValueKind value = ValueKind::label_set;
};

/// Masks one layer in a plain forward pass.
struct LayerMask {
  LayerId layer;
  Coalition present;
  MaskKind mask = MaskKind::undifferentiated;
  double epsilon = 1e-5;
};

/// Attention calibration (GAC, Eq. 9-12).
struct Calibration {
  double alpha = 0.1;  ///< a token is focused if its column average exceeds alpha; in [0, 1]
  double beta = 0.1;   ///< factor on focused entries; in [0, 1]
  Redistribution redistribution = Redistribution::proportional;
  DecodeCalibration decoding = DecodeCalibration::running;
  std::vector<std::vector<int>>
      edited_heads;  ///< [layers] query heads to edit; an empty list leaves a layer alone
};

/// What changes in a forward pass; nothing by default.
struct Intervention {
  std::optional<LayerMask> mask;
  std::optional<Calibration> calibration;
};

/// What is computed for the token after a prompt.
enum class AnswerScope {
  label_tokens,  ///< logits of the label tokens alone
  vocabulary,    ///< also the most likely token and the log-sum-exp of all logits
};

/// The answer to one prompt.
struct Answer {
  std::vector<double> label_logits;  ///< [labels of the prompt]
  std::int32_t token = -1;           ///< most likely next token, the lowest id of equals; -1 if not asked for
  double logsumexp = 0.0;            ///< over the whole vocabulary, natural logarithm; 0 if not asked for
};

/// How text is generated: greedily.
struct GenerationRules {
  int max_new_tokens = 50;               ///< at least 1
  std::vector<std::int32_t> end_tokens;  ///< generation ends with the first of these, which is kept
};

/// What a forward pass hands back, row-major float32.
struct ForwardRequest {
  bool all_positions = true;  ///< logits of every position, or of the last alone
  bool hidden = false;
  bool attention = false;
};

struct ForwardOutput {
  int tokens = 0;
  std::vector<float> logits;  ///< [tokens or 1, vocabulary]
  std::vector<float>
      hidden;  ///< [layers + 1, tokens, hidden]: input of each layer, then after the final norm
  std::vector<float> attention;  ///< [layers, query_heads, tokens, tokens] after softmax and intervention
};

/// Facts about the numerics that are part of an experiment's identity.
struct Numerics {
  std::string compute_dtype;  ///< name of a ComputeType
  std::string device;         ///< e.g. "cpu", "gpu: NVIDIA H100 80GB HBM3"
  std::string blas;           ///< and the kernel of the layers' products, e.g. "mkl, packed"
  std::string blas_mode;      ///< e.g. MKL_CBWR setting
  std::string row_bits;       ///< "own": a row's bits are the same beside any rows; "of batch": they are not
  std::string libtorch;       ///< version
  std::string device_sums{};  ///< of groups on GPUs: how their sums are computed; else empty
};

class WorkerGroup;

struct EngineOptions {
  int threads = 1;
  ComputeType compute = ComputeType::float32;
  WeightStorage weights = WeightStorage::widened;
  ProductKernel kernel = ProductKernel::automatic;
  DeviceChoice device = DeviceChoice::cpu;
  int rank_on_node = 0;  ///< tells ranks that see the same GPUs apart
  /// The ranks that hold one copy of the model together; null: this one holds all of it. Outlives the engine.
  WorkerGroup* group = nullptr;
  /// Hears of every layer that is loaded, and of how many there are; may be empty.
  std::function<void(int done, int all)> on_layer_loaded{};
};

/// One copy of one model on one worker. Not thread safe; one per worker thread.
/// Every result is a function of the arguments alone: caches change the time, never the bits.
/// Where a group of ranks holds the copy, what computes is collective: every rank of the group makes the same
/// call, and gets the same result. An exception on one rank leaves the others waiting, until
/// LinkedGroup::interrupt.
class Engine {
 public:
  virtual ~Engine() = default;
  [[nodiscard]] virtual const ModelConfig& config() const noexcept = 0;
  [[nodiscard]] virtual Numerics numerics() const = 0;

  /// Of all calls since the engine was loaded.
  [[nodiscard]] virtual StageTimes stage_times() const { return {}; }

  /// Computes half as many rows at a time from now on, for a machine whose memory does not suffice. False
  /// where that would change bits (Numerics::row_bits), or nothing is left to halve.
  [[nodiscard]] virtual bool save_memory() { return false; }

  /// Drops what is kept from call to call: after one that a group gave up half way its ranks may have kept
  /// different things.
  virtual void forget() {}

  /// The values of one unit, [layers, samples, coalitions] row-major.
  /// @throws std::bad_alloc  where memory does not suffice
  /// @param prompts  all samples of the plan; the unit's are prompts[unit.samples]
  [[nodiscard]] virtual std::vector<double> values(const SweepUnit& unit, std::span<const Prompt> prompts,
                                                   const GameRules& rules) = 0;

  /// [prompts] what the model answers in the position after each prompt.
  /// @param calibration  null for the unmodified model
  [[nodiscard]] virtual std::vector<Answer> answers(std::span<const Prompt> prompts,
                                                    const Calibration* calibration, AnswerScope scope) = 0;

  /// Log-likelihood of every continuation of every prompt: the sum of the log-probabilities of its tokens
  /// after the prompt, each over the whole vocabulary. One pass per continuation, so calibration sees prompt
  /// and continuation as one sequence.
  /// @return  prompt after prompt, its continuations in order
  [[nodiscard]] virtual std::vector<double> log_likelihoods(std::span<const Prompt> prompts,
                                                            const Calibration* calibration) = 0;

  /// [prompts] greedy continuations, with a key/value cache; 1 to max_new_tokens tokens each. A mask acts in
  /// the prompt's pass and in every step, calibration as `Calibration::decoding` says.
  /// @throws ModelError  if prompt and new tokens exceed the model's positions
  [[nodiscard]] virtual std::vector<std::vector<std::int32_t>> generate(std::span<const Prompt> prompts,
                                                                        const Intervention& intervention,
                                                                        const GenerationRules& rules) = 0;

  /// One plain forward pass of one prompt, masked or calibrated by choice.
  [[nodiscard]] virtual ForwardOutput forward(std::span<const std::int32_t> tokens,
                                              const Intervention& intervention,
                                              const ForwardRequest& request) = 0;
};

/// Loads `model_folder` (config.json and safetensors). @throws ModelError  naming file, tensor and remedy.
[[nodiscard]] std::unique_ptr<Engine> load_engine(const std::filesystem::path& model_folder,
                                                  const EngineOptions& options);

}  // namespace harsanyi
