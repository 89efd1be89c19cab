#include <algorithm>

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <torch/headeronly/version.h>

#include "partition/base/error.hpp"
#include "worker/engine/answers.hpp"
#include "worker/engine/edits.hpp"
#include "worker/engine/engine.hpp"
#include "worker/engine/generate.hpp"
#include "worker/engine/likelihoods.hpp"
#include "worker/engine/load_decoder.hpp"
#include "worker/engine/memory_guard.hpp"
#include "worker/engine/prompt_checks.hpp"
#include "worker/engine/sweep_engine.hpp"
#include "worker/model/affine.hpp"
#include "worker/model/blas_mode.hpp"
#include "worker/model/decoder.hpp"
#include "worker/model/row_bits.hpp"
#include "worker/model/scalar_type.hpp"

namespace harsanyi {
namespace {

// Numerics::row_bits
constexpr const char* kOwn = "own";
constexpr const char* kOfBatch = "of batch";

void append(std::vector<float>& out, const ModelPart& part, const at::Tensor& tensor) {
  const at::Tensor dense = part.on_host(tensor);
  out.insert(out.end(), dense.const_data_ptr<float>(), dense.const_data_ptr<float>() + dense.numel());
}

/// The engine on libtorch.
class TorchEngine final : public Engine {
 public:
  TorchEngine(const std::filesystem::path& folder, const EngineOptions& options)
      : options_{options}, decoder_{load_decoder(folder, options)}, sweep_{decoder_} {}

  [[nodiscard]] const ModelConfig& config() const noexcept override { return decoder_.config(); }

  [[nodiscard]] Numerics numerics() const override {
    const bool on_cpu = decoder_.device().place.is_cpu();
    return {.compute_dtype = std::string{name_of(options_.compute)},
            .device = decoder_.device().name,
            .blas = fmt::format("{}, {}", on_cpu ? "mkl" : "cublas", name_of(decoder_.arithmetic().kernel)),
            .blas_mode = on_cpu ? blas_mode() : cublas_mode(),
            .row_bits = row_bits_,
            .libtorch = TORCH_VERSION,
            .device_sums = decoder_.part().device_sums()};
  }

  [[nodiscard]] bool save_memory() override { return row_bits_ == kOwn && sweep_.halve_batches(); }

  void forget() override { sweep_.forget(); }

  [[nodiscard]] StageTimes stage_times() const override { return decoder_.meter().times(); }

  [[nodiscard]] std::vector<double> values(const SweepUnit& unit, std::span<const Prompt> prompts,
                                           const GameRules& rules) override {
    const Session session{options_.threads};
    require_epsilon(rules.epsilon);
    const auto samples = prompts.subspan(static_cast<std::size_t>(unit.samples.first),
                                         static_cast<std::size_t>(unit.samples.size()));
    require_prompts(samples, config());
    return sweep_.values(unit, samples, rules);
  }

  [[nodiscard]] std::vector<Answer> answers(std::span<const Prompt> prompts, const Calibration* calibration,
                                            AnswerScope scope) override {
    const Session session{options_.threads};
    require_prompts(prompts, config());
    const ModelShape& shape = config().shape;
    const auto edits = edits_of(calibration, decoder_);
    const Rows rows = decoder_.rows_of(calibration != nullptr ? RowLayout::separate(prompts)
                                                              : RowLayout::sharing_prefix(prompts));
    at::Tensor x = decoder_.embed(rows);
    for (int layer = 0; layer < shape.layers; ++layer) {
      const QueryRows wanted = layer + 1 == shape.layers ? QueryRows::last_of_each_prompt : QueryRows::all;
      x = decoder_.layer(layer, x, rows, wanted, edits[static_cast<std::size_t>(layer)]);
    }
    return answers_at(decoder_, x.squeeze(0), prompts, scope);
  }

  [[nodiscard]] std::vector<double> log_likelihoods(std::span<const Prompt> prompts,
                                                    const Calibration* calibration) override {
    const Session session{options_.threads};
    require_prompts(prompts, config());
    require_continuations(prompts, config());
    std::vector<double> all;
    for (const Prompt& prompt : prompts) {
      const auto of_prompt = continuation_log_likelihoods(decoder_, prompt, calibration);
      all.insert(all.end(), of_prompt.begin(), of_prompt.end());
    }
    return all;
  }

  [[nodiscard]] std::vector<std::vector<std::int32_t>> generate(std::span<const Prompt> prompts,
                                                                const Intervention& intervention,
                                                                const GenerationRules& rules) override {
    const Session session{options_.threads};
    require_prompts(prompts, config());
    if (rules.max_new_tokens < 1)
      throw ModelError{
          fmt::format("{} new tokens cannot be generated; ask for at least one", rules.max_new_tokens)};
    for (const Prompt& prompt : prompts) require_room(prompt, rules.max_new_tokens, config());
    return generate_greedily(decoder_, prompts, intervention, rules);
  }

  [[nodiscard]] ForwardOutput forward(std::span<const std::int32_t> tokens, const Intervention& intervention,
                                      const ForwardRequest& request) override {
    const Session session{options_.threads};
    require_tokens(tokens, config());
    const Prompt prompt{{tokens.begin(), tokens.end()}, {}, 0};
    return run_forward(decoder_.rows_of(RowLayout::separate({&prompt, 1})), edits_of(intervention, decoder_),
                       request);
  }

 private:
  /// Thread count and inference mode of one call. OpenMP keeps the count per calling thread, hence each time.
  struct Session {
    explicit Session(int threads) { at::set_num_threads(threads); }
    c10::InferenceMode inference;
  };

  [[nodiscard]] ForwardOutput run_forward(const Rows& rows, const std::vector<AttentionEdit>& edits,
                                          const ForwardRequest& request) const {
    const ModelPart& part = decoder_.part();
    ForwardOutput output;
    output.tokens = static_cast<int>(rows.layout.rows());
    at::Tensor x = decoder_.embed(rows);
    for (int layer = 0; layer < config().shape.layers; ++layer) {
      if (request.hidden) append(output.hidden, part, x);
      std::vector<at::Tensor> maps;
      x = decoder_.layer(layer, x, rows, QueryRows::all, edits[static_cast<std::size_t>(layer)],
                         request.attention ? &maps : nullptr);
      for (const at::Tensor& map : maps)
        append(output.attention, part,
               part.joined(map, 1, part.shard().query_heads, config().shape.query_heads));
    }
    const at::Tensor normed = decoder_.final_norm(x);
    if (request.hidden) append(output.hidden, part, normed);
    append(output.logits, part,
           decoder_.logits(request.all_positions ? normed : normed.narrow(1, output.tokens - 1, 1)));
    return output;
  }

  [[nodiscard]] static std::string measured_row_bits(const Decoder& decoder, int threads) {
    // A ring of GPUs adds an entry in an order that depends on its place among all; two terms have one order.
    const ModelPart& part = decoder.part();
    if (!part.device_sums().empty() && part.shard().ranks > 2) return kOfBatch;
    const c10::InferenceMode inference;
    const at::Device place = decoder.device().place;
    const Arithmetic& arithmetic = decoder.arithmetic();
    const auto of_layers = [&](const at::Tensor& x, const at::Tensor& weight) {
      const Matrix matrix = Matrix::prepared(on(place, weight), arithmetic);
      return on_host(matrix.times(on(place, x), {}, arithmetic));
    };
    const auto of_logits = [&](const at::Tensor& x, const at::Tensor& weight) {
      return on_host(affine(on(place, x), on(place, weight)));
    };
    const int most = std::max(2, threads);
    return rows_have_own_bits(of_layers, most) && rows_have_own_bits(of_logits, most) ? kOwn : kOfBatch;
  }

  EngineOptions options_;
  Decoder decoder_;
  std::string row_bits_ =
      measured_row_bits(decoder_, options_.threads);  // after the decoder, which sets the BLAS's mode
  SweepEngine sweep_;
};

}  // namespace

std::unique_ptr<Engine> load_engine(const std::filesystem::path& model_folder, const EngineOptions& options) {
  return guard_memory(std::make_unique<TorchEngine>(model_folder, options));
}

}  // namespace harsanyi
