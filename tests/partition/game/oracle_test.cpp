// Numbers that the published implementation gives on small random models (folder oracle/ of HARSANYI_SHARED).

#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "partition/game/dividends.hpp"
#include "partition/game/salient_group.hpp"
#include "partition/game/summary.hpp"
#include "partition/game/value.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

/// A safetensors file: 8 bytes length, a JSON header, raw little-endian arrays.
class Arrays {
 public:
  explicit Arrays(const std::filesystem::path& file) {
    std::ifstream stream{file, std::ios::binary};
    bytes_.assign(std::istreambuf_iterator<char>{stream}, {});
    std::uint64_t length = 0;
    std::memcpy(&length, bytes_.data(), sizeof length);
    start_ = sizeof length + length;
    header_ =
        json::parse(bytes_.begin() + sizeof length, bytes_.begin() + static_cast<std::ptrdiff_t>(start_));
  }

  template <class T>
  [[nodiscard]] std::vector<T> get(const std::string& name) const {
    const auto first = header_.at(name).at("data_offsets").at(0).get<std::size_t>();
    const auto last = header_.at(name).at("data_offsets").at(1).get<std::size_t>();
    std::vector<T> array((last - first) / sizeof(T));
    std::memcpy(array.data(), bytes_.data() + start_ + first, last - first);
    return array;
  }

 private:
  std::vector<char> bytes_;
  std::size_t start_ = 0;
  json header_;
};

constexpr double kValueTolerance = 2e-4;
constexpr double kDividendTolerance = 5e-4;
// The published conventions mask with epsilon 1e-10; against 1e-5 that moves logits by up to 3e-4, values
// likewise, and a dividend of 4 players sums 16 of them.
constexpr double kOtherEpsilonTolerance = 1e-2;
constexpr int kPrompts = 3;

class Oracle : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const char* shared = std::getenv("HARSANYI_SHARED");  // NOLINT(concurrency-mt-unsafe)
    if (shared == nullptr) GTEST_SKIP() << "HARSANYI_SHARED is not set: no reference numbers to compare with";
    const auto folder = std::filesystem::path{shared} / "oracle" / GetParam();
    arrays_.emplace_back(folder / "oracle.safetensors");
    facts_ = json::parse(std::ifstream{folder / "oracle.json"});
    layers_ = facts_.at("layers").get<std::size_t>();
    players_ = facts_.at("players").get<int>();
    coalitions_ = std::size_t{1} << players_;
  }

  template <class T = double>
  [[nodiscard]] std::vector<T> get(const std::string& name) const {
    return arrays_.front().get<T>(name);
  }
  /// Row `layer` of an array [layers, 2^n].
  [[nodiscard]] std::vector<double> layer_of(const std::string& name, std::size_t layer) const {
    const auto all = get(name);
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(layer * coalitions_);
    return {first, first + static_cast<std::ptrdiff_t>(coalitions_)};
  }
  static void expect_near(const std::vector<double>& actual, const std::vector<double>& expected,
                          double tolerance) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t s = 0; s < actual.size(); ++s)
      EXPECT_NEAR(actual[s], expected[s], tolerance) << "entry " << s;
  }

  std::vector<Arrays> arrays_;
  json facts_;
  std::size_t layers_ = 0;
  int players_ = 0;
  std::size_t coalitions_ = 0;
};
INSTANTIATE_TEST_SUITE_P(Models, Oracle, testing::Values("llama_8q4kv_llama3rope", "qwen2_14q2kv_tied"),
                         [](const auto& model) { return std::string{model.param}; });

std::string prompt(int i) {
  return std::string{"s"}.append(std::to_string(i)).append(".");
}

TEST_P(Oracle, DividendsOfItsValuesAreItsDividends) {
  for (int i = 0; i < kPrompts; ++i)
    for (std::size_t layer = 0; layer < layers_; ++layer)
      for (const std::string kind : {"label", "full"})
        expect_near(dividends(layer_of(prompt(i) + "paper.v_" + kind, layer)),
                    layer_of(prompt(i) + "paper.w_" + kind, layer), kDividendTolerance);
}

TEST_P(Oracle, LogOddsOfItsLabelLogitsAreItsValues) {
  constexpr std::size_t kLabels = 4;
  for (int i = 0; i < kPrompts; ++i) {
    const auto logits = get<float>(prompt(i) + "mask_eps5.label_logits");
    const auto expected = get(prompt(i) + "paper.v_label");
    const int gold = facts_.at("gold_label_index").at(static_cast<std::size_t>(i)).get<int>();
    ASSERT_EQ(logits.size(), expected.size() * kLabels);
    for (std::size_t row = 0; row < expected.size(); ++row)
      EXPECT_NEAR(log_odds_over_labels(std::span{logits}.subspan(row * kLabels, kLabels), gold),
                  expected[row], kValueTolerance);
  }
}

TEST_P(Oracle, LogOddsOfItsVocabularyAreItsValues) {
  constexpr std::size_t kLabels = 4;
  for (int i = 0; i < kPrompts; ++i) {
    const auto logits = get<float>(prompt(i) + "mask_eps5.label_logits");
    const auto lse = get(prompt(i) + "mask_eps5.lse");
    const auto expected = get(prompt(i) + "paper.v_full");
    const auto gold = facts_.at("gold_label_index").at(static_cast<std::size_t>(i)).get<std::size_t>();
    for (std::size_t row = 0; row < expected.size(); ++row) {
      const double gold_logit = logits[row * kLabels + gold];
      const double others = lse[row] + std::log1p(-std::exp(gold_logit - lse[row]));
      EXPECT_NEAR(log_odds_over_vocabulary(gold_logit, others), expected[row], kValueTolerance);
    }
  }
}

TEST_P(Oracle, MeanDividendsAndGroupsAreIts) {
  for (const std::string kind : {"label", "full"})
    for (std::size_t layer = 0; layer < layers_; ++layer) {
      std::vector<double> values;
      for (int i = 0; i < kPrompts; ++i) {
        const auto sample = layer_of(prompt(i) + "paper.v_" + kind, layer);
        values.insert(values.end(), sample.begin(), sample.end());
      }
      const auto summary = summarise_layer(values, players_, Orientation::present, ZeroRule::none);
      expect_near(summary.dividend_mean, layer_of("mean.paper_" + kind, layer), kDividendTolerance);
      const auto group = salient_group(summary.dividend_mean, SelectionRule::max_dividend);
      EXPECT_EQ(group.members.index(), facts_.at("groups").at("paper_" + kind).at(layer).get<std::int64_t>());
      EXPECT_GE(group.margin,
                facts_.at("smallest_argmax_gap").at("paper_" + kind).get<double>() - kDividendTolerance);
    }
}

TEST_P(Oracle, DividendsInThePublishedConventionAreItsWithinTheOtherEpsilon) {
  for (int i = 0; i < kPrompts; ++i)
    for (std::size_t layer = 0; layer < layers_; ++layer)
      expect_near(dividends(in_convention(layer_of(prompt(i) + "paper.v_full", layer), Orientation::masked,
                                          ZeroRule::code)),
                  layer_of(prompt(i) + "code.w_full", layer), kOtherEpsilonTolerance);
}

}  // namespace
}  // namespace harsanyi
