#include <cmath>
#include <cstdlib>

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <torch/headeronly/version.h>

#include "partition/base/error.hpp"
#include "worker/engine/answers.hpp"
#include "worker/engine/engine.hpp"
#include "worker/engine/sweep_engine.hpp"
#include "worker/model/decoder.hpp"

namespace harsanyi {
namespace {

void require_tokens(std::span<const std::int32_t> tokens, const ModelConfig& config) {
  if (tokens.empty()) throw ModelError{"a prompt of no tokens; give at least one token"};
  if (static_cast<std::int64_t>(tokens.size()) > config.max_positions)
    throw ModelError{fmt::format("a prompt of {} tokens is longer than the model's {} positions",
                                 tokens.size(), config.max_positions)};
  for (const std::int32_t token : tokens)
    if (token < 0 || token >= config.shape.vocabulary)
      throw ModelError{
          fmt::format("token {} is outside the model's vocabulary of {}", token, config.shape.vocabulary)};
}

void require_prompts(std::span<const Prompt> prompts, const ModelConfig& config) {
  for (const Prompt& prompt : prompts) {
    require_tokens(prompt.tokens, config);
    if (prompt.label_tokens.empty()) continue;
    require_tokens(prompt.label_tokens, config);
    if (prompt.gold < 0 || static_cast<std::size_t>(prompt.gold) >= prompt.label_tokens.size())
      throw ModelError{
          fmt::format("gold label {} of a prompt with {} labels", prompt.gold, prompt.label_tokens.size())};
  }
}

void require_fraction(double value, std::string_view name) {
  if (!(value >= 0.0 && value <= 1.0))
    throw ModelError{fmt::format("{} is {}; it must lie in [0, 1]", name, value)};
}

std::vector<AttentionEdit> edits_of(const Calibration& calibration, const ModelShape& shape) {
  require_fraction(calibration.alpha, "alpha");
  require_fraction(calibration.beta, "beta");
  if (static_cast<int>(calibration.edited_heads.size()) != shape.layers)
    throw ModelError{fmt::format("calibration names heads of {} layers, the model has {}",
                                 calibration.edited_heads.size(), shape.layers)};
  std::vector<AttentionEdit> edits(calibration.edited_heads.size());
  for (std::size_t layer = 0; layer < edits.size(); ++layer) {
    const std::vector<int>& heads = calibration.edited_heads[layer];
    if (heads.empty()) continue;
    for (const int head : heads)
      if (head < 0 || head >= shape.query_heads)
        throw ModelError{fmt::format("layer {}: head {} does not exist; the model has {} query heads", layer,
                                     head, shape.query_heads)};
    edits[layer].calibration =
        HeadCalibration{calibration.alpha, calibration.beta, calibration.redistribution,
                        at::tensor(std::vector<std::int64_t>(heads.begin(), heads.end()))};
  }
  return edits;
}

void require_epsilon(double epsilon) {
  if (!std::isfinite(epsilon) || epsilon < 0.0)
    throw ModelError{fmt::format("epsilon is {}; it must be finite and not negative", epsilon)};
}

// Adds the mask of one layer (GAC, Eq. 4, or dropping) to `edit`.
void add_mask(AttentionEdit& edit, const LayerMask& mask, const PlayerLayout& layout) {
  require_epsilon(mask.epsilon);
  const Coalition absent = mask.present.complement(layout.players);
  const bool drop = mask.mask == MaskKind::drop;
  at::Tensor scale = at::ones({layout.query_heads});
  for (const int head : layout.heads_of(absent)) scale.select(0, head).fill_(drop ? 0.0 : mask.epsilon);
  (drop ? edit.output_scale_H : edit.score_scale_H) = scale;
}

// Before MKL's first call: results that depend neither on the number of threads nor on alignment
// (oneMKL, "Conditional Numerical Reproducibility"; STRICT exists from AVX2 on). What the user sets stands.
void fix_blas_mode() {
  const char* mode = __builtin_cpu_supports("avx2") ? "AVX2,STRICT" : "COMPATIBLE";
  ::setenv("MKL_CBWR", mode, /*overwrite=*/0);
}

void append(std::vector<float>& out, const at::Tensor& tensor) {
  const at::Tensor dense = tensor.contiguous();
  out.insert(out.end(), dense.const_data_ptr<float>(), dense.const_data_ptr<float>() + dense.numel());
}

/// The engine on libtorch, float32 on the CPU.
class TorchEngine final : public Engine {
 public:
  TorchEngine(const std::filesystem::path& folder, const EngineOptions& options)
      : threads_{options.threads}, decoder_{make_decoder(folder)}, sweep_{decoder_} {}

  [[nodiscard]] const ModelConfig& config() const noexcept override { return decoder_.config(); }

  [[nodiscard]] Numerics numerics() const override {
    const char* mode = std::getenv("MKL_CBWR");
    return {.compute_dtype = "float32",
            .device = "cpu",
            .blas = "mkl",
            .blas_mode = mode == nullptr ? "default" : mode,
            .libtorch = TORCH_VERSION};
  }

  [[nodiscard]] std::vector<double> values(const SweepUnit& unit, std::span<const Prompt> prompts,
                                           const GameRules& rules) override {
    const Session session{threads_};
    require_epsilon(rules.epsilon);
    const auto samples = prompts.subspan(static_cast<std::size_t>(unit.samples.first),
                                         static_cast<std::size_t>(unit.samples.size()));
    require_prompts(samples, config());
    return sweep_.values(unit, samples, rules);
  }

  [[nodiscard]] std::vector<Answer> answers(std::span<const Prompt> prompts, const Calibration* calibration,
                                            AnswerScope scope) override {
    const Session session{threads_};
    require_prompts(prompts, config());
    const ModelShape& shape = config().shape;
    const auto edits = calibration != nullptr
                           ? edits_of(*calibration, shape)
                           : std::vector<AttentionEdit>(static_cast<std::size_t>(shape.layers));
    const Rows rows = decoder_.rows_of(calibration != nullptr ? RowLayout::separate(prompts)
                                                              : RowLayout::sharing_prefix(prompts));
    at::Tensor x = decoder_.embed(rows);
    for (int layer = 0; layer < shape.layers; ++layer) {
      const QueryRows wanted = layer + 1 == shape.layers ? QueryRows::last_of_each_prompt : QueryRows::all;
      x = decoder_.layer(layer, x, rows, wanted, edits[static_cast<std::size_t>(layer)]);
    }
    return answers_at(decoder_, x.squeeze(0), prompts, scope);
  }

  [[nodiscard]] std::vector<double> log_likelihoods(std::span<const Prompt>, const Calibration*) override {
    throw ModelError{"log-likelihoods of continuations are not built"};
  }

  [[nodiscard]] std::vector<std::vector<std::int32_t>> generate(std::span<const Prompt>, const Intervention&,
                                                                const GenerationRules&) override {
    throw ModelError{"generation is not built"};
  }

  [[nodiscard]] ForwardOutput forward(std::span<const std::int32_t> tokens, const Intervention& intervention,
                                      const ForwardRequest& request) override {
    const Session session{threads_};
    require_tokens(tokens, config());
    const ModelShape& shape = config().shape;
    std::vector<AttentionEdit> edits(static_cast<std::size_t>(shape.layers));
    if (intervention.calibration) edits = edits_of(*intervention.calibration, shape);
    if (intervention.mask) {
      const int layer = intervention.mask->layer.value;
      if (layer < 0 || layer >= shape.layers)
        throw ModelError{
            fmt::format("layer {} cannot be masked; the model has layers 0 to {}", layer, shape.layers - 1)};
      if (intervention.mask->present.index() >= coalition_count(shape.kv_heads))
        throw ModelError{fmt::format("coalition {} does not exist; the model has {} players",
                                     intervention.mask->present.index(), shape.kv_heads)};
      add_mask(edits[static_cast<std::size_t>(layer)], *intervention.mask, config().layout());
    }
    const Prompt prompt{{tokens.begin(), tokens.end()}, {}, 0};
    return run_forward(decoder_.rows_of(RowLayout::separate({&prompt, 1})), edits, request);
  }

 private:
  /// Thread count and inference mode of one call. OpenMP keeps the count per calling thread, hence each time.
  struct Session {
    explicit Session(int threads) { at::set_num_threads(threads); }
    c10::InferenceMode inference;
  };

  static Decoder make_decoder(const std::filesystem::path& folder) {
    fix_blas_mode();
    const c10::InferenceMode inference;
    ModelConfig config = read_model_config(folder);
    Weights weights = load_weights(folder, config);
    return {std::move(config), std::move(weights)};
  }

  [[nodiscard]] ForwardOutput run_forward(const Rows& rows, const std::vector<AttentionEdit>& edits,
                                          const ForwardRequest& request) const {
    ForwardOutput output;
    output.tokens = static_cast<int>(rows.layout.rows());
    at::Tensor x = decoder_.embed(rows);
    for (int layer = 0; layer < config().shape.layers; ++layer) {
      if (request.hidden) append(output.hidden, x);
      std::vector<at::Tensor> maps;
      x = decoder_.layer(layer, x, rows, QueryRows::all, edits[static_cast<std::size_t>(layer)],
                         request.attention ? &maps : nullptr);
      for (const at::Tensor& map : maps) append(output.attention, map);
    }
    const at::Tensor normed = decoder_.final_norm(x);
    if (request.hidden) append(output.hidden, normed);
    append(output.logits,
           decoder_.logits(request.all_positions ? normed : normed.narrow(1, output.tokens - 1, 1)));
    return output;
  }

  int threads_;
  Decoder decoder_;
  SweepEngine sweep_;
};

}  // namespace

std::unique_ptr<Engine> load_engine(const std::filesystem::path& model_folder, const EngineOptions& options) {
  return std::make_unique<TorchEngine>(model_folder, options);
}

}  // namespace harsanyi
