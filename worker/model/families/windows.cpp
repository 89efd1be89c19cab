#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "partition/json/bounded_json.hpp"
#include "worker/model/families/family.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

std::int64_t window_of(const json& value) {
  if (!value.is_number_integer() || value.get<double>() < 1 || value.get<double>() > 1e9)
    throw ModelError{fmt::format("key 'sliding_window' must be null or a whole number from 1 on; it is {}",
                                 shortened(value))};
  return value.get<std::int64_t>();
}

// [layers] whether each layer slides.
std::vector<bool> sliding_layers(const json& config_json, std::size_t layers) {
  const json types = config_json.value("layer_types", json{});
  std::vector<bool> slides(layers);
  if (types.is_null()) {
    const json& first = config_json.at("max_window_layers");
    if (!first.is_number_integer())
      throw ModelError{
          fmt::format("key 'max_window_layers' must be a whole number; it is {}", shortened(first))};
    for (std::size_t layer = 0; layer < layers; ++layer) slides[layer] = first <= layer;
    return slides;
  }
  if (!types.is_array() || types.size() != layers)
    throw ModelError{fmt::format("key 'layer_types' must list one type for each of the {} layers", layers)};
  for (std::size_t layer = 0; layer < layers; ++layer) {
    if (types[layer] != "sliding_attention" && types[layer] != "full_attention")
      throw ModelError{
          fmt::format("layer type {} is not supported; supported are: full_attention, sliding_attention",
                      shortened(types[layer]))};
    slides[layer] = types[layer] == "sliding_attention";
  }
  return slides;
}

}  // namespace

void set_every_window(const json& window, ModelConfig& config) {
  if (!window.is_null()) config.windows.assign(config.windows.size(), window_of(window));
}

void read_layer_windows(const json& config_json, ModelConfig& config) {
  const bool used = config_json.at("use_sliding_window").get<bool>();
  const json window = used ? config_json.at("sliding_window") : json{};
  const auto slides = sliding_layers(config_json, config.windows.size());
  for (std::size_t layer = 0; layer < slides.size(); ++layer) {
    if (!slides[layer]) continue;
    if (!window.is_null()) config.windows[layer] = window_of(window);
    // Layers from max_window_layers on do not slide without a window; a list that says they do contradicts
    // it.
    if (window.is_null() && config_json.contains("layer_types") && !config_json["layer_types"].is_null())
      throw ModelError{
          fmt::format("layer_types has sliding layers (layer {}), but sliding_window and use_sliding_window "
                      "give no window",
                      layer)};
  }
}

}  // namespace harsanyi
