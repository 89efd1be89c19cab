#include "worker/model/model_config.hpp"

#include <limits>
#include <string_view>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "partition/json/bounded_json.hpp"
#include "worker/model/families/family.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// config.json with errors that name file and key.
class ConfigReader {
 public:
  explicit ConfigReader(fs::path file) : file_{std::move(file)} {
    try {
      json_ = read_json(file_);
    } catch (const JsonError& error) {
      fail(fmt::format("{}; give the model's folder, or its config.json; if it is that, download it again",
                       error.what()));
    }
    if (!json_.is_object()) fail("is no JSON object; download it again");
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw ModelError{fmt::format("{}: {}", file_.string(), reason)};
  }

  /// Keys that the file leaves out; one that is null stays null. @param text  a JSON object
  void assume(std::string_view text) {
    const json defaults = json::parse(text);
    for (const auto& [key, value] : defaults.items())
      if (!json_.contains(key)) json_[key] = value;
  }

  [[nodiscard]] const json& all() const noexcept { return json_; }
  [[nodiscard]] bool has(const char* key) const { return json_.contains(key) && !json_[key].is_null(); }

  [[nodiscard]] int count(const char* key, int most = kLargestCount) const { return count(json_, key, most); }
  [[nodiscard]] int count_or(const char* key, int otherwise) const {
    return has(key) ? count(key) : otherwise;
  }

  [[nodiscard]] int count(const json& object, const char* key, int most = kLargestCount) const {
    const json value = object.value(key, json{});
    if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > most)
      fail(
          fmt::format("key '{}' must be a whole number from 1 to {}; it is {}", key, most, shortened(value)));
    return value.get<int>();
  }

  [[nodiscard]] double positive(const json& object, const char* key) const {
    const json value = object.value(key, json{});
    if (!value.is_number() || !(value.get<double>() > 0))
      fail(fmt::format("key '{}' must be a positive number; it is {}", key, shortened(value)));
    return value.get<double>();
  }
  [[nodiscard]] double positive(const char* key, double otherwise) const {
    return has(key) ? positive(json_, key) : otherwise;
  }

 private:
  // Far above any model, far below overflow of a product of two.
  static constexpr int kLargestCount = 1 << 24;
  fs::path file_;
  json json_;
};

const Family& family_of(const ConfigReader& reader) {
  const std::string type = reader.all().value("model_type", json{}).is_string()
                               ? reader.all()["model_type"].get<std::string>()
                               : std::string{};
  std::string known;
  for (const Family* family : all_families()) {
    if (family->model_type == type) return *family;
    known += known.empty() ? "" : ", ";
    known += family->model_type;
  }
  reader.fail(fmt::format("model_type '{}' is not supported; supported are: {}", type, known));
}

// transformers >= 5 writes `rope_parameters`; older configs have `rope_theta` and `rope_scaling` apart.
void read_rope(const ConfigReader& reader, ModelConfig& config) {
  const bool joined = reader.has("rope_parameters");
  const json scaling = joined ? reader.all()["rope_parameters"] : reader.all().value("rope_scaling", json{});
  config.rope_theta = joined && scaling.contains("rope_theta") ? reader.positive(scaling, "rope_theta")
                                                               : reader.positive("rope_theta", 10000.0);
  if (scaling.is_null()) return;
  if (!scaling.is_object())
    reader.fail(fmt::format("key '{}' must be an object or null; it is {}",
                            joined ? "rope_parameters" : "rope_scaling", shortened(scaling)));
  if (scaling.value("partial_rotary_factor", reader.all().value("partial_rotary_factor", json(1.0))) != 1.0)
    reader.fail("partial_rotary_factor is not 1; heads that are rotated in part are not supported");
  const json type = scaling.value("rope_type", scaling.value("type", json{"default"}));
  if (type == "default") return;
  if (type != "llama3")
    reader.fail(fmt::format("rotary scaling of type {} is not supported; supported are: default, llama3",
                            shortened(type)));
  config.rope_scaling =
      Llama3RopeScaling{.factor = reader.positive(scaling, "factor"),
                        .low_freq_factor = reader.positive(scaling, "low_freq_factor"),
                        .high_freq_factor = reader.positive(scaling, "high_freq_factor"),
                        .original_max_positions = reader.count(scaling, "original_max_position_embeddings")};
  if (config.rope_scaling->high_freq_factor <= config.rope_scaling->low_freq_factor)
    reader.fail("rope_scaling: high_freq_factor must exceed low_freq_factor");
}

// A token id, a list of them, or nothing.
std::vector<std::int32_t> end_tokens_of(const ConfigReader& reader) {
  std::vector<std::int32_t> tokens;
  const json value = reader.all().value("eos_token_id", json{});
  if (value.is_null()) return tokens;
  for (const json& token : value.is_array() ? value : json::array({value})) {
    if (!token.is_number_integer() || token.get<double>() < 0 ||
        token.get<double>() > std::numeric_limits<std::int32_t>::max())
      reader.fail(
          fmt::format("key 'eos_token_id' must be a token id or a list of them; it is {}", shortened(value)));
    tokens.push_back(token.get<std::int32_t>());
  }
  return tokens;
}

// generation_config.json, which transformers' `generate` reads, wins.
std::vector<std::int32_t> read_end_tokens(const fs::path& config_file, const ConfigReader& config) {
  const fs::path generation = config_file.parent_path() / "generation_config.json";
  if (config_file.filename() == "config.json" && fs::exists(generation)) {
    const ConfigReader reader{generation};
    if (reader.has("eos_token_id")) return end_tokens_of(reader);
  }
  return end_tokens_of(config);
}

ModelShape read_shape(const ConfigReader& reader) {
  ModelShape shape;
  constexpr int kMostLayers = 10'000;  // a list of them is made
  shape.layers = reader.count("num_hidden_layers", kMostLayers);
  shape.hidden = reader.count("hidden_size");
  shape.query_heads = reader.count("num_attention_heads");
  shape.kv_heads = reader.count_or("num_key_value_heads", shape.query_heads);
  if (!reader.has("head_dim") && shape.hidden % shape.query_heads != 0)
    reader.fail(
        fmt::format("hidden_size {} is no multiple of num_attention_heads {} and there is no head_dim",
                    shape.hidden, shape.query_heads));
  shape.head_size = reader.count_or("head_dim", shape.hidden / shape.query_heads);
  if (shape.head_size % 2 != 0)
    reader.fail(fmt::format("head size {} is odd; rotary positions need pairs", shape.head_size));
  shape.intermediate = reader.count("intermediate_size");
  shape.vocabulary = reader.count("vocab_size");
  const json tied = reader.all().value("tie_word_embeddings", json(false));
  if (!tied.is_boolean()) reader.fail("key 'tie_word_embeddings' must be true or false");
  shape.tied_embeddings = tied.get<bool>();
  if (shape.query_heads % shape.kv_heads != 0)
    reader.fail(fmt::format("num_attention_heads {} is no multiple of num_key_value_heads {}",
                            shape.query_heads, shape.kv_heads));
  return shape;
}

}  // namespace

ModelConfig read_model_config(const fs::path& path) {
  const fs::path file = fs::is_directory(path) ? path / "config.json" : path;
  ConfigReader reader{file};
  const Family& family = family_of(reader);
  reader.assume(family.defaults);
  ModelConfig config;
  config.family = family.model_type;
  config.shape = read_shape(reader);
  config.max_positions = reader.count("max_position_embeddings");
  config.rms_norm_eps = reader.positive("rms_norm_eps", 1e-6);
  read_rope(reader, config);
  config.windows.resize(static_cast<std::size_t>(config.shape.layers));
  config.end_tokens = read_end_tokens(file, reader);
  const json activation = reader.all().value("hidden_act", json("silu"));
  if (activation != "silu")
    reader.fail(fmt::format("hidden_act {} is not supported; supported is: silu", shortened(activation)));
  try {
    family.adapt(reader.all(), config);
  } catch (const json::exception& e) {
    reader.fail(e.what());
  } catch (const ModelError& e) {
    reader.fail(e.what());
  }
  return config;
}

}  // namespace harsanyi
