#include "worker/engine/decoding.hpp"

#include <ostream>

#include <c10/core/InferenceMode.h>
#include <gtest/gtest.h>

#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/engine/edits.hpp"
#include "worker/engine/engine.hpp"
#include "worker/engine/load_decoder.hpp"
#include "worker/engine/tensor_rows.hpp"

namespace harsanyi {
namespace {

constexpr double kTolerance = 2e-5;  // float32 rounding of these models

struct Case {
  const char* name;
  test::RandomModel model;
  Intervention intervention;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

Calibration calibrate_everything(const ModelShape& shape, DecodeCalibration mode) {
  std::vector<int> heads;
  for (int head = 0; head < shape.query_heads; ++head) heads.push_back(head);
  return {.alpha = 0.08,
          .beta = 0.2,
          .decoding = mode,
          .edited_heads = std::vector<std::vector<int>>(static_cast<std::size_t>(shape.layers), heads)};
}

std::vector<Case> cases() {
  const test::RandomModel llama;
  test::RandomModel qwen{.family = "qwen2", .seed = 2};
  qwen.shape.query_heads = 8;
  qwen.shape.kv_heads = 2;
  test::RandomModel one_player{.seed = 3};
  one_player.shape.kv_heads = 1;
  const test::RandomModel mistral{.family = "mistral", .sliding_window = 4, .seed = 4};
  test::RandomModel qwen3{.family = "qwen3", .sliding_window = 5, .seed = 5};
  qwen3.shape.head_size = 16;
  const LayerMask mask{LayerId{1}, Coalition{2}};
  const LayerMask drop{LayerId{2}, Coalition{1}, MaskKind::drop};
  const auto calibrated = [](const test::RandomModel& model, DecodeCalibration mode) {
    return Intervention{.mask = {}, .calibration = calibrate_everything(model.shape, mode)};
  };
  return {{"Llama", llama, {}},
          {"Qwen2", qwen, {}},
          {"OnePlayer", one_player, {}},
          {"Mistral", mistral, {}},
          {"MistralMasked", mistral, {.mask = mask, .calibration = {}}},
          {"Qwen3", qwen3, {}},
          {"Masked", llama, {.mask = mask, .calibration = {}}},
          {"Dropped", llama, {.mask = drop, .calibration = {}}},
          {"PrefillOnly", llama, calibrated(llama, DecodeCalibration::prefill_only)},
          {"RowOnly", llama, calibrated(llama, DecodeCalibration::row_only)},
          {"Running", qwen, calibrated(qwen, DecodeCalibration::running)},
          {"RunningMistral", mistral, calibrated(mistral, DecodeCalibration::running)}};
}

const std::vector<Prompt>& prompts() {
  static const std::vector<Prompt> all{{{1, 5, 9, 2, 44, 30, 7}}, {{1, 5, 9, 60}}, {{17}}};
  return all;
}

/// Logits of a prompt's sequence after its pass and after each of some steps, [steps + 1][V].
using Steps = std::vector<std::vector<float>>;
const std::vector<std::int32_t> kForced{3, 58, 12, 9, 41};

class DecodingOf : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    test::write_random_model(folder_.path(), GetParam().model);
    decoder_.emplace(load_decoder(folder_.path()));
  }

  /// [sequences] with the same forced tokens in every sequence.
  [[nodiscard]] std::vector<Steps> decode(std::span<const Prompt> some, int threads) const {
    at::set_num_threads(threads);
    const auto& intervention = GetParam().intervention;
    const auto mode =
        intervention.calibration ? intervention.calibration->decoding : DecodeCalibration::running;
    Decoding decoding{*decoder_, some, edits_of(intervention, *decoder_), mode};
    std::vector<Steps> all(some.size());
    const auto note = [&] {
      for (std::size_t s = 0; s < some.size(); ++s) {
        const auto row = row_of(decoding.logits().own(), static_cast<std::int64_t>(s));
        all[s].emplace_back(row.begin(), row.end());
      }
    };
    note();
    for (const std::int32_t token : kForced) {
      decoding.step(std::vector<std::int32_t>(some.size(), token));
      note();
    }
    return all;
  }

  const c10::InferenceMode inference_;
  test::TempFolder folder_;
  std::optional<Decoder> decoder_;
};

TEST_P(DecodingOf, TheFirstLogitsAreThoseOfTheForwardPass) {
  const auto engine = load_engine(folder_.path(), {});
  const auto all = decode(prompts(), 1);
  for (std::size_t s = 0; s < all.size(); ++s) {
    const auto expected =
        engine->forward(prompts()[s].tokens, GetParam().intervention, {.all_positions = false}).logits;
    for (std::size_t token = 0; token < expected.size(); ++token)
      ASSERT_NEAR(all[s][0][token], expected[token], kTolerance);
  }
}

/// A calibrated step is no uncached pass, so these cases have no calibration.
class UncalibratedDecodingOf : public DecodingOf {};

std::vector<Case> uncalibrated_cases() {
  std::vector<Case> some = cases();
  std::erase_if(some, [](const Case& one) { return one.intervention.calibration.has_value(); });
  return some;
}

TEST_P(UncalibratedDecodingOf, EveryStepIsTheForwardPassOverTheLongerSequence) {
  const auto engine = load_engine(folder_.path(), {});
  const auto all = decode(prompts(), 1);
  for (std::size_t s = 0; s < all.size(); ++s) {
    auto tokens = prompts()[s].tokens;
    for (std::size_t step = 0; step < kForced.size(); ++step) {
      tokens.push_back(kForced[step]);
      const auto expected = engine->forward(tokens, GetParam().intervention, {.all_positions = false}).logits;
      for (std::size_t token = 0; token < expected.size(); ++token)
        ASSERT_NEAR(all[s][step + 1][token], expected[token], kTolerance) << "step " << step;
    }
  }
}

TEST_P(DecodingOf, BitsDependNeitherOnTheOtherSequencesNorOnTheNumberOfThreads) {
  const auto together = decode(prompts(), 1);
  EXPECT_TRUE(decode(prompts(), 2) == together) << "2 threads";
  for (std::size_t s = 0; s < prompts().size(); ++s)
    for (const int threads : {1, 2})
      EXPECT_TRUE(decode(std::span{prompts()}.subspan(s, 1), threads)[0] == together[s])
          << "prompt " << s << ", " << threads << " threads";
}

INSTANTIATE_TEST_SUITE_P(Models, DecodingOf, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });
INSTANTIATE_TEST_SUITE_P(Models, UncalibratedDecodingOf, testing::ValuesIn(uncalibrated_cases()),
                         [](const auto& one) { return one.param.name; });

TEST(Decoding, SequencesThatAreKeptGoOnAsIfTheOthersHadNeverBeen) {
  const c10::InferenceMode inference;
  const test::TempFolder folder;
  test::write_random_model(folder.path(), {});
  const Decoder decoder = load_decoder(folder.path());
  const std::vector<AttentionEdit> edits(3);
  Decoding all{decoder, prompts(), edits, DecodeCalibration::running};
  all.step(kForced.size() > 2 ? std::span{kForced}.first(3) : std::span{kForced});
  all.keep(std::vector<std::size_t>{1});
  all.step(std::span{kForced}.first(1));
  Decoding alone{decoder, std::span{prompts()}.subspan(1, 1), edits, DecodeCalibration::running};
  alone.step(std::span{kForced}.subspan(1, 1));
  alone.step(std::span{kForced}.first(1));
  EXPECT_TRUE(all.logits().own().equal(alone.logits().own()));
}

TEST(Decoding, ABatchLargerThanOneProductRunsInParts) {
  const c10::InferenceMode inference;
  const test::TempFolder folder;
  test::RandomModel model;
  model.max_positions = 2048;
  test::write_random_model(folder.path(), model);
  const Decoder decoder = load_decoder(folder.path());
  std::vector<Prompt> many;
  for (int i = 0; i < 3; ++i) many.push_back({std::vector<std::int32_t>(900, 3 + i)});
  const std::vector<AttentionEdit> edits(3);
  const Decoding together{decoder, many, edits, DecodeCalibration::running};
  ASSERT_EQ(together.logits().rows(), 3);
  const Decoding last{decoder, std::span{many}.last(1), edits, DecodeCalibration::running};
  EXPECT_TRUE(together.logits().own().narrow(0, 2, 1).equal(last.logits().own()));
}

}  // namespace
}  // namespace harsanyi
