#include "worker/model/model_config.hpp"

#include <fstream>
#include <optional>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

class ModelConfigFile : public testing::Test {
 protected:
  void SetUp() override {
    test::write_random_model(folder_.path(), {});
    config_ = json::parse(std::ifstream{folder_ / "config.json"});
  }
  [[nodiscard]] ModelConfig read() const {
    std::ofstream{folder_ / "config.json"} << config_;
    return read_model_config(folder_.path());
  }
  [[nodiscard]] std::string error() const {
    try {
      (void)read();
    } catch (const ModelError& e) {
      return e.what();
    }
    return "no error";
  }

  test::TempFolder folder_;
  json config_;
};

TEST_F(ModelConfigFile, ReadsAFolderAndAFileAlike) {
  const ModelConfig config = read();
  EXPECT_EQ(config.family, "llama");
  EXPECT_EQ(config.shape.layers, 3);
  EXPECT_EQ(config.shape.kv_heads, 3);
  EXPECT_EQ(config.layout().heads_per_player(), 2);
  EXPECT_FALSE(config.qkv_bias);
  EXPECT_FALSE(config.rope_scaling);
  EXPECT_EQ(read_model_config(folder_ / "config.json").shape.hidden, config.shape.hidden);
}

TEST_F(ModelConfigFile, HeadSizeFollowsFromTheHiddenSizeWhereItIsNotGiven) {
  config_.erase("head_dim");
  EXPECT_EQ(read().shape.head_size, 8);
  config_["hidden_size"] = 49;
  EXPECT_NE(error().find("head_dim"), std::string::npos);
}

TEST_F(ModelConfigFile, EveryQueryHeadIsAPlayerWithoutGroups) {
  config_.erase("num_key_value_heads");
  EXPECT_EQ(read().layout().players, 6);
}

TEST_F(ModelConfigFile, BothWritingsOfRotaryParametersMeanTheSame) {
  const json scaling{{"rope_type", "llama3"},
                     {"factor", 8.0},
                     {"low_freq_factor", 1.0},
                     {"high_freq_factor", 4.0},
                     {"original_max_position_embeddings", 128}};
  config_["rope_scaling"] = scaling;
  config_["rope_theta"] = 500000.0;
  const ModelConfig apart = read();
  config_.erase("rope_scaling");
  config_.erase("rope_theta");
  config_["rope_parameters"] = scaling;
  config_["rope_parameters"]["rope_theta"] = 500000.0;
  const ModelConfig joined = read();
  EXPECT_EQ(apart.rope_theta, 500000.0);
  EXPECT_EQ(joined.rope_theta, apart.rope_theta);
  ASSERT_TRUE(apart.rope_scaling && joined.rope_scaling);
  EXPECT_EQ(apart.rope_scaling->factor, 8.0);
  EXPECT_EQ(joined.rope_scaling->original_max_positions, 128);
}

TEST_F(ModelConfigFile, Qwen2HasBiasesOnQueriesKeysAndValues) {
  config_["model_type"] = "qwen2";
  EXPECT_TRUE(read().qkv_bias);
  EXPECT_FALSE(read().output_bias);
  EXPECT_FALSE(read().qk_norm);
}

TEST_F(ModelConfigFile, Qwen3HasNormsOnQueriesAndKeysAndHeadsOf128) {
  config_["model_type"] = "qwen3";
  config_.erase("head_dim");
  EXPECT_TRUE(read().qk_norm);
  EXPECT_FALSE(read().qkv_bias);
  EXPECT_EQ(read().shape.head_size, 128);
  config_["attention_bias"] = true;
  EXPECT_TRUE(read().qkv_bias && read().output_bias);
}

using Windows = std::vector<std::optional<std::int64_t>>;

TEST_F(ModelConfigFile, MistralSlidesInEveryLayerUnlessTheWindowIsNull) {
  config_["model_type"] = "mistral";
  EXPECT_EQ(read().windows, (Windows{{}, {}, {}}));
  config_["sliding_window"] = 17;
  EXPECT_EQ(read().windows, (Windows{17, 17, 17}));
  config_.erase("sliding_window");
  EXPECT_EQ(read().windows, (Windows{4096, 4096, 4096}));
  config_["sliding_window"] = 0;
  EXPECT_NE(error().find("sliding_window"), std::string::npos);
}

TEST_F(ModelConfigFile, QwenSlidesInTheLayersThatItsConfigNames) {
  for (const char* family : {"qwen2", "qwen3"}) {
    config_["model_type"] = family;
    config_.erase("layer_types");
    config_["sliding_window"] = 9;
    config_["max_window_layers"] = 1;
    config_["use_sliding_window"] = false;
    EXPECT_EQ(read().windows, (Windows{{}, {}, {}}));
    config_["use_sliding_window"] = true;
    EXPECT_EQ(read().windows, (Windows{{}, 9, 9}));
    config_["layer_types"] = {"sliding_attention", "full_attention", "full_attention"};
    EXPECT_EQ(read().windows, (Windows{9, {}, {}}));
    config_["sliding_window"] = nullptr;
    EXPECT_NE(error().find("no window"), std::string::npos) << error();
    config_.erase("layer_types");
    config_["max_window_layers"] = 1e300;
    EXPECT_NE(error().find("max_window_layers"), std::string::npos) << error();
    config_["layer_types"] = {"full_attention"};
    EXPECT_NE(error().find("layer_types"), std::string::npos) << error();
    config_["layer_types"] = {"full_attention", "full_attention", "linear_attention"};
    EXPECT_NE(error().find("linear_attention"), std::string::npos) << error();
  }
}

TEST_F(ModelConfigFile, EndTokensOfTheGenerationConfigWin) {
  EXPECT_TRUE(read().end_tokens.empty());
  config_["eos_token_id"] = 2;
  EXPECT_EQ(read().end_tokens, std::vector{2});
  config_["eos_token_id"] = {7, 9};
  EXPECT_EQ(read().end_tokens, (std::vector{7, 9}));
  std::ofstream{folder_ / "generation_config.json"} << R"({"max_length": 20})";
  EXPECT_EQ(read().end_tokens, (std::vector{7, 9}));
  std::ofstream{folder_ / "generation_config.json"} << R"({"eos_token_id": [1, 5]})";
  EXPECT_EQ(read().end_tokens, (std::vector{1, 5}));
  std::ofstream{folder_ / "generation_config.json"} << R"({"eos_token_id": "five"})";
  EXPECT_NE(error().find("generation_config.json"), std::string::npos) << error();
}

struct Damage {
  const char* name;
  const char* key;
  json value;
  const char* message;  ///< must occur in the error
};

class DamagedConfig : public ModelConfigFile, public testing::WithParamInterface<Damage> {};

TEST_P(DamagedConfig, IsRefusedByKey) {
  config_[GetParam().key] = GetParam().value;
  EXPECT_NE(error().find(GetParam().message), std::string::npos) << error();
  EXPECT_NE(error().find("config.json"), std::string::npos) << "the file is not named: " << error();
}

INSTANTIATE_TEST_SUITE_P(
    Keys, DamagedConfig,
    testing::Values(
        Damage{"UnknownFamily", "model_type", "gpt_neox", "supported are: llama, mistral, qwen2, qwen3"},
        Damage{"NoFamily", "model_type", nullptr, "model_type"},
        Damage{"Text", "num_hidden_layers", "three", "num_hidden_layers"},
        Damage{"Zero", "hidden_size", 0, "hidden_size"}, Damage{"Negative", "vocab_size", -5, "vocab_size"},
        Damage{"Huge", "intermediate_size", 1e30, "intermediate_size"},
        Damage{"HugeInteger", "intermediate_size", 4000000000U, "intermediate_size"},
        Damage{"Fraction", "num_attention_heads", 1.5, "num_attention_heads"},
        Damage{"Uneven", "num_key_value_heads", 4, "num_key_value_heads"},
        Damage{"OddHead", "head_dim", 7, "odd"}, Damage{"Theta", "rope_theta", -1.0, "rope_theta"},
        Damage{"Epsilon", "rms_norm_eps", "small", "rms_norm_eps"},
        Damage{"Scaling", "rope_scaling", json{{"rope_type", "yarn"}, {"factor", 2.0}}, "yarn"},
        Damage{"ScalingParts", "rope_scaling", json{{"rope_type", "llama3"}, {"factor", 2.0}},
               "low_freq_factor"},
        Damage{"PartialRotation", "rope_parameters", json{{"partial_rotary_factor", 0.5}}, "partial"},
        Damage{"MlpBias", "mlp_bias", true, "mlp_bias"},
        Damage{"EndToken", "eos_token_id", -1, "eos_token_id"},
        Damage{"Activation", "hidden_act", "gelu", "hidden_act"},
        Damage{"MoreLayersThanAnyModel", "num_hidden_layers", 1 << 24, "from 1 to 10000"},
        Damage{"ScalingList", "rope_scaling", json::array({8.0}), "'rope_scaling' must be an object"},
        Damage{"Tied", "tie_word_embeddings", "yes", "tie_word_embeddings"},
        Damage{"Bias", "attention_bias", "yes", "type must be boolean"}),
    [](const auto& one) { return one.param.name; });

TEST_F(ModelConfigFile, RefusesWhatIsNoJson) {
  std::ofstream{folder_ / "config.json"} << "{ broken";
  EXPECT_THROW((void)read_model_config(folder_.path()), ModelError);
  EXPECT_THROW((void)read_model_config(folder_ / "missing"), ModelError);
}

// The value is copied and written into the message, by recursion.
TEST_F(ModelConfigFile, RefusesDeepNesting) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  std::ofstream{folder_ / "config.json"} << R"({"model_type": "llama", "num_hidden_layers": )" << deep << "}";
  try {
    (void)read_model_config(folder_.path());
    ADD_FAILURE();
  } catch (const ModelError& e) {
    EXPECT_NE(std::string{e.what()}.find("nested deeper"), std::string::npos) << e.what();
  }
}

TEST_F(ModelConfigFile, AMessageDoesNotRepeatAWholeFile) {
  config_["hidden_size"] = std::string(100'000, 'x');
  EXPECT_LT(error().size(), 1000U);
}

}  // namespace
}  // namespace harsanyi
