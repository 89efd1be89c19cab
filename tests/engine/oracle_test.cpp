// The numbers of the published PyTorch implementation (shared oracle folder, README there), with its
// tolerances. Runs where HARSANYI_SHARED names that folder's parent; skipped elsewhere.

#include <array>
#include <cstdlib>
#include <cstring>
#include <fstream>

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "partition/game/dividends.hpp"
#include "partition/game/salient_group.hpp"
#include "partition/game/summary.hpp"
#include "worker/engine/decoding.hpp"
#include "worker/engine/edits.hpp"
#include "worker/engine/engine.hpp"
#include "worker/engine/load_decoder.hpp"
#include "worker/engine/log_sum_exp.hpp"
#include "worker/engine/tensor_rows.hpp"
#include "worker/model/safetensors.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr double kLogits = 1e-4;
constexpr double kMaps = 1e-5;
constexpr double kValues = 2e-4;
constexpr double kDividends = 5e-4;
constexpr double kCalibrated = 5e-4;
constexpr double kReleasedLabels = 3e-4;

std::vector<fs::path> oracle_folders() {
  std::vector<fs::path> folders;
  const char* shared = std::getenv("HARSANYI_SHARED");
  if (shared == nullptr || !fs::is_directory(fs::path{shared} / "oracle")) return folders;
  for (const auto& entry : fs::directory_iterator{fs::path{shared} / "oracle"})
    if (fs::exists(entry.path() / "oracle.json")) folders.push_back(entry.path());
  return folders;
}

/// One oracle folder: the model, its arrays, its scalars.
struct Oracle {
  explicit Oracle(const fs::path& folder_)
      : folder{folder_},
        engine{load_engine(folder_, {.threads = 1})},
        arrays{SafetensorsFile::open(folder_ / "oracle.safetensors")},
        scalars(json::parse(std::ifstream{folder_ / "oracle.json"})) {}

  template <class T>
  [[nodiscard]] std::vector<double> array(const std::string& key) const {
    const auto& bytes = arrays.tensors().at(key).bytes;
    std::vector<T> stored(bytes.size() / sizeof(T));
    std::memcpy(stored.data(), bytes.data(), bytes.size());
    return {stored.begin(), stored.end()};
  }
  [[nodiscard]] std::vector<std::int32_t> tokens(int prompt) const {
    const auto stored = array<std::int64_t>(fmt::format("s{}.tokens", prompt));
    return {stored.begin(), stored.end()};
  }
  [[nodiscard]] std::vector<Prompt> prompts() const {
    std::vector<Prompt> result;
    for (int i = 0; i < 3; ++i)
      result.push_back({tokens(i), scalars["label_tokens"], scalars["gold_label_index"][i]});
    return result;
  }
  [[nodiscard]] const ModelShape& shape() const { return engine->config().shape; }

  fs::path folder;
  std::unique_ptr<Engine> engine;
  SafetensorsFile arrays;
  json scalars;
};

template <class A, class B>
void expect_near(const A& got, const B& expected, double tolerance) {
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) ASSERT_NEAR(got[i], expected[i], tolerance) << "at " << i;
}

template <class Body>
void for_each_oracle(const Body& body) {
  const auto folders = oracle_folders();
  if (folders.empty()) GTEST_SKIP() << "HARSANYI_SHARED names no folder with oracle/";
  for (const fs::path& folder : folders) {
    SCOPED_TRACE(folder.filename().string());
    body(Oracle{folder});
  }
}

TEST(Oracle, LogitsHiddenStatesAndMaps) {
  for_each_oracle([](const Oracle& oracle) {
    for (int i = 0; i < 3; ++i)
      expect_near(oracle.engine->forward(oracle.tokens(i), {}, {}).logits,
                  oracle.array<float>(fmt::format("s{}.logits", i)), kLogits);
    const ForwardOutput out =
        oracle.engine->forward(oracle.tokens(0), {}, {.hidden = true, .attention = true});
    expect_near(out.hidden, oracle.array<float>("s0.hidden"), kLogits);
    expect_near(out.attention, oracle.array<float>("s0.attn"), kMaps);
  });
}

TEST(Oracle, LogitsOfMaskedForwardPasses) {
  for_each_oracle([](const Oracle& oracle) {
    for (const auto& [kind, key] :
         {std::pair{MaskKind::undifferentiated, "mask_eps5"}, std::pair{MaskKind::drop, "mask_drop"}}) {
      const auto expected = oracle.array<float>(fmt::format("s0.{}.sel_last_logits", key));
      std::size_t row = 0;
      for (const auto& pair : oracle.scalars["selected_layer_coalition"]) {
        const LayerMask mask{LayerId{pair[0]}, Coalition{pair[1].get<std::uint32_t>()}, kind, 1e-5};
        const auto logits =
            oracle.engine
                ->forward(oracle.tokens(0), {.mask = mask, .calibration = {}}, {.all_positions = false})
                .logits;
        expect_near(logits,
                    std::vector(expected.begin() + static_cast<long>(row * logits.size()),
                                expected.begin() + static_cast<long>((row + 1) * logits.size())),
                    kLogits);
        ++row;
      }
    }
  });
}

/// The whole game of the three prompts, one block: [layers, samples, coalitions].
std::vector<double> whole_game(const Oracle& oracle, const std::vector<Prompt>& prompts, MaskKind mask,
                               ValueKind value, double epsilon = 1e-5) {
  const SweepUnit unit{UnitId{0},
                       {0, oracle.shape().layers},
                       {0, coalition_count(oracle.shape().kv_heads)},
                       {0, static_cast<std::int64_t>(prompts.size())}};
  return oracle.engine->values(unit, prompts, {.mask = mask, .epsilon = epsilon, .value = value});
}

TEST(Oracle, ValuesOfTheSweepEngine) {
  for_each_oracle([](const Oracle& oracle) {
    for (int i = 0; i < 3; ++i) {
      const std::vector<Prompt> one{oracle.prompts()[static_cast<std::size_t>(i)]};
      expect_near(whole_game(oracle, one, MaskKind::undifferentiated, ValueKind::label_set),
                  oracle.array<double>(fmt::format("s{}.paper.v_label", i)), kValues);
      expect_near(whole_game(oracle, one, MaskKind::undifferentiated, ValueKind::full_vocabulary),
                  oracle.array<double>(fmt::format("s{}.paper.v_full", i)), kValues);
    }
  });
}

TEST(Oracle, MeanDividendsAndSalientGroups) {
  for_each_oracle([](const Oracle& oracle) {
    const auto layers = static_cast<std::size_t>(oracle.shape().layers);
    for (const auto& [mask, value, key] :
         {std::tuple{MaskKind::undifferentiated, ValueKind::label_set, "paper_label"},
          std::tuple{MaskKind::undifferentiated, ValueKind::full_vocabulary, "paper_full"},
          std::tuple{MaskKind::drop, ValueKind::label_set, "drop_label"},
          std::tuple{MaskKind::drop, ValueKind::full_vocabulary, "drop_full"}}) {
      SCOPED_TRACE(key);
      const std::vector<double> values = whole_game(oracle, oracle.prompts(), mask, value);
      const auto expected = oracle.array<double>(fmt::format("mean.{}", key));
      const std::size_t per_layer = values.size() / layers;
      const std::size_t coalitions = expected.size() / layers;
      for (std::size_t layer = 0; layer < layers; ++layer) {
        const auto summary = summarise_layer(std::span{values}.subspan(layer * per_layer, per_layer),
                                             oracle.shape().kv_heads, Orientation::present, ZeroRule::none);
        expect_near(summary.dividend_mean, std::span{expected}.subspan(layer * coalitions, coalitions),
                    kDividends);
        EXPECT_EQ(salient_group(summary.dividend_mean, SelectionRule::max_dividend).members.bits(),
                  oracle.scalars["groups"][key][layer].get<std::uint32_t>());
      }
    }
  });
}

/// The released conventions, by the table of gac.md section 8.
struct ReleasedConvention {
  ValueKind value;
  ValueScale scale;
  const char* suffix;  ///< of the arrays' names
  double tolerance;    ///< the release rounds values and dividends of labels to six decimals
};

constexpr std::array kReleased{
    ReleasedConvention{ValueKind::label_set, ValueScale::probability, "label", kReleasedLabels},
    ReleasedConvention{ValueKind::full_vocabulary, ValueScale::measured, "full", kDividends}};

/// [layers, 2^n] mean dividends by masked coalitions, the unmodified model's value replaced by 0.
std::vector<double> released_dividends(const Oracle& oracle, const std::vector<Prompt>& prompts,
                                       const ReleasedConvention& convention) {
  const std::vector<double> values =
      whole_game(oracle, prompts, MaskKind::undifferentiated, convention.value, oracle.scalars["eps_code"]);
  const auto layers = static_cast<std::size_t>(oracle.shape().layers);
  const std::size_t per_layer = values.size() / layers;
  std::vector<double> all;
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const auto summary =
        summarise_layer(std::span{values}.subspan(layer * per_layer, per_layer), oracle.shape().kv_heads,
                        Orientation::masked, ZeroRule::code, convention.scale);
    all.insert(all.end(), summary.dividend_mean.begin(), summary.dividend_mean.end());
  }
  return all;
}

TEST(Oracle, DividendsAndGroupsInTheReleasedConventions) {
  for_each_oracle([](const Oracle& oracle) {
    const auto layers = static_cast<std::size_t>(oracle.shape().layers);
    for (const ReleasedConvention& convention : kReleased) {
      SCOPED_TRACE(convention.suffix);
      for (int i = 0; i < 3; ++i)
        expect_near(released_dividends(oracle, {oracle.prompts()[static_cast<std::size_t>(i)]}, convention),
                    oracle.array<double>(fmt::format("s{}.code.w_{}", i, convention.suffix)),
                    convention.tolerance);
      const auto mean = released_dividends(oracle, oracle.prompts(), convention);
      const auto key = fmt::format("code_{}", convention.suffix);
      expect_near(mean, oracle.array<double>("mean." + key), convention.tolerance);
      const std::size_t coalitions = mean.size() / layers;
      for (std::size_t layer = 0; layer < layers; ++layer)
        EXPECT_EQ(salient_group(std::span{mean}.subspan(layer * coalitions, coalitions),
                                SelectionRule::max_dividend_with_empty)
                      .members.bits(),
                  oracle.scalars["groups"][key][layer].get<std::uint32_t>());
    }
  });
}

TEST(Oracle, DividendsOfEveryPrompt) {
  for_each_oracle([](const Oracle& oracle) {
    const auto layers = static_cast<std::size_t>(oracle.shape().layers);
    for (int i = 0; i < 3; ++i)
      for (const auto& [value, key] :
           {std::pair{ValueKind::label_set, "w_label"}, std::pair{ValueKind::full_vocabulary, "w_full"}}) {
        const auto values = whole_game(oracle, {oracle.prompts()[static_cast<std::size_t>(i)]},
                                       MaskKind::undifferentiated, value);
        const std::size_t coalitions = values.size() / layers;
        std::vector<double> all;
        for (std::size_t layer = 0; layer < layers; ++layer) {
          const auto of_layer = dividends(std::span{values}.subspan(layer * coalitions, coalitions));
          all.insert(all.end(), of_layer.begin(), of_layer.end());
        }
        expect_near(all, oracle.array<double>(fmt::format("s{}.paper.{}", i, key)), kDividends);
      }
  });
}

/// Label logits and log-sum-exp of every (layer, coalition), by plain masked forward passes.
TEST(Oracle, LabelLogitsAndLogSumExpOfEveryMask) {
  for_each_oracle([](const Oracle& oracle) {
    const std::vector<std::int32_t> labels = oracle.scalars["label_tokens"];
    for (int i = 0; i < 3; ++i)
      for (const auto& [kind, key] :
           {std::pair{MaskKind::undifferentiated, "mask_eps5"}, std::pair{MaskKind::drop, "mask_drop"}}) {
        std::vector<double> label_logits, lse;
        for (int layer = 0; layer < oracle.shape().layers; ++layer)
          for (std::uint32_t present = 0; present < coalition_count(oracle.shape().kv_heads); ++present) {
            const LayerMask mask{LayerId{layer}, Coalition{present}, kind, 1e-5};
            const auto logits =
                oracle.engine
                    ->forward(oracle.tokens(i), {.mask = mask, .calibration = {}}, {.all_positions = false})
                    .logits;
            for (const auto label : labels) label_logits.push_back(logits[static_cast<std::size_t>(label)]);
            lse.push_back(log_sum_exp(logits));
          }
        expect_near(label_logits, oracle.array<float>(fmt::format("s{}.{}.label_logits", i, key)), kLogits);
        expect_near(lse, oracle.array<double>(fmt::format("s{}.{}.lse", i, key)), kLogits);
      }
  });
}

TEST(Oracle, RotaryFrequencies) {
  for_each_oracle([](const Oracle& oracle) {
    const c10::InferenceMode inference;
    const at::Tensor frequencies = rotary_frequencies(oracle.engine->config());
    const auto expected = oracle.array<float>("rope.inv_freq");
    expect_near(row_of(frequencies.unsqueeze(0), 0), expected, 1e-7);
  });
}

TEST(Oracle, ColumnAveragesAndFocusedTokens) {
  for_each_oracle([](const Oracle& oracle) {
    const auto spec = oracle.scalars["calibration_cases"]["all_heads"];
    const auto maps = oracle.array<float>("cal_detail.attn_before");
    const auto expected = oracle.array<double>("cal_detail.column_average");
    const auto tokens = static_cast<std::int64_t>(oracle.tokens(1).size());
    const at::Tensor averages =
        column_average(at::tensor(maps).to(at::kFloat).view({oracle.shape().query_heads, tokens, tokens}));
    expect_near(row_of(averages.reshape({1, -1}).contiguous(), 0), expected, kMaps);
    const at::Tensor focused =
        focused_tokens(averages, spec["alpha"].get<double>()).to(at::kFloat).reshape({1, -1}).contiguous();
    expect_near(row_of(focused, 0), oracle.array<std::uint8_t>("cal_detail.focused"), 0.0);
    const auto computed =
        oracle.engine->forward(oracle.tokens(1), {}, {.attention = true}).attention;  // layer 0 comes first
    expect_near(std::span{computed}.first(maps.size()), maps, kMaps);
  });
}

Calibration calibration_of(const json& spec, int layers) {
  Calibration calibration{
      .alpha = spec["alpha"],
      .beta = spec["beta"],
      .redistribution = parse_enum<Redistribution>(spec["redistribute"].get<std::string>()),
      .edited_heads = std::vector<std::vector<int>>(static_cast<std::size_t>(layers))};
  for (const auto& [layer, heads] : spec["heads"].items())
    calibration.edited_heads.at(std::stoul(layer)) = heads.get<std::vector<int>>();
  return calibration;
}

TEST(Oracle, CalibratedLogits) {
  for_each_oracle([](const Oracle& oracle) {
    for (const auto& [name, spec] : oracle.scalars["calibration_cases"].items()) {
      SCOPED_TRACE(name);
      const Intervention calibrated{.mask = {}, .calibration = calibration_of(spec, oracle.shape().layers)};
      expect_near(oracle.engine->forward(oracle.tokens(0), calibrated, {}).logits,
                  oracle.array<float>(fmt::format("cal.{}.s0.logits", name)), kCalibrated);
      for (int i = 0; i < 3; ++i)
        expect_near(oracle.engine->forward(oracle.tokens(i), calibrated, {.all_positions = false}).logits,
                    oracle.array<float>(fmt::format("cal.{}.s{}.last_logits", name, i)), kCalibrated);
    }
  });
}

TEST(Oracle, CalibratedMapsOfTheFirstLayer) {
  for_each_oracle([](const Oracle& oracle) {
    const json spec = oracle.scalars["calibration_cases"]["all_heads"];
    const auto after = oracle.engine
                           ->forward(oracle.tokens(1),
                                     {.mask = {}, .calibration = calibration_of(spec, oracle.shape().layers)},
                                     {.attention = true})
                           .attention;
    const auto expected = oracle.array<float>("cal_detail.attn_after");
    expect_near(std::span{after}.first(expected.size()), expected, kMaps);
  });
}

/// Logits after prompt s1 and after each forced token, with a key/value cache: [steps, V].
std::vector<float> decoded_logits(const Oracle& oracle, const Intervention& intervention) {
  const c10::InferenceMode inference;
  const Decoder decoder = load_decoder(oracle.folder);
  const Prompt prompt{oracle.tokens(1)};
  const auto mode =
      intervention.calibration ? intervention.calibration->decoding : DecodeCalibration::running;
  Decoding decoding{decoder, {&prompt, 1}, edits_of(intervention, decoder), mode};
  std::vector<float> all;
  const auto note = [&] {
    const auto row = row_of(decoding.logits().own(), 0);
    all.insert(all.end(), row.begin(), row.end());
  };
  note();
  for (const std::int32_t token : oracle.scalars["decode"]["forced_tokens"]) {
    decoding.step({&token, 1});
    note();
  }
  return all;
}

/// The same without a cache: the whole sequence anew at every length.
std::vector<float> recomputed_logits(const Oracle& oracle, const Intervention& intervention) {
  std::vector<std::int32_t> tokens = oracle.tokens(1);
  std::vector<float> all = oracle.engine->forward(tokens, intervention, {.all_positions = false}).logits;
  for (const std::int32_t token : oracle.scalars["decode"]["forced_tokens"]) {
    tokens.push_back(token);
    const auto logits = oracle.engine->forward(tokens, intervention, {.all_positions = false}).logits;
    all.insert(all.end(), logits.begin(), logits.end());
  }
  return all;
}

TEST(Oracle, DecodingWithAKeyValueCache) {
  for_each_oracle([](const Oracle& oracle) {
    const json& decode = oracle.scalars["decode"];
    const json& masked = decode["masked"];
    const LayerMask mask{LayerId{masked["layer"]}, Coalition{masked["coalition"].get<std::uint32_t>()},
                         MaskKind::undifferentiated, masked["eps"]};
    Calibration calibration = calibration_of(
        oracle.scalars["calibration_cases"][decode["calibration"].get<std::string>()], oracle.shape().layers);
    const auto expected = [&](const char* mode) {
      return oracle.array<float>(fmt::format("decode.{}.logits", mode));
    };
    expect_near(decoded_logits(oracle, {}), expected("plain"), kCalibrated);
    expect_near(decoded_logits(oracle, {.mask = mask, .calibration = {}}), expected("masked"), kCalibrated);
    calibration.decoding = DecodeCalibration::row_only;
    expect_near(decoded_logits(oracle, {.mask = {}, .calibration = calibration}), expected("cal_code"),
                kCalibrated);
    calibration.decoding = DecodeCalibration::prefill_only;
    expect_near(decoded_logits(oracle, {.mask = {}, .calibration = calibration}),
                expected("cal_prefill_only"), kCalibrated);
    expect_near(recomputed_logits(oracle, {.mask = {}, .calibration = calibration}),
                expected("cal_recompute"), kCalibrated);
  });
}

TEST(Oracle, GreedyTokens) {
  for_each_oracle([](const Oracle& oracle) {
    const auto expected = oracle.scalars["greedy"]["new_tokens"].get<std::vector<std::int32_t>>();
    const Prompt prompt{oracle.tokens(1)};
    const GenerationRules rules{.max_new_tokens = static_cast<int>(expected.size()), .end_tokens = {}};
    EXPECT_EQ(oracle.engine->generate({&prompt, 1}, {}, rules).at(0), expected);
  });
}

}  // namespace
}  // namespace harsanyi
