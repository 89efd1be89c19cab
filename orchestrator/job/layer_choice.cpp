#include "orchestrator/job/layer_choice.hpp"

#include <fstream>
#include <limits>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/text_file.hpp"
#include "partition/json/bounded_json.hpp"

namespace harsanyi {

using nlohmann::json;

namespace {

int layer_number(const json& value) {
  if (!value.is_number_unsigned() || value > std::numeric_limits<int>::max())
    throw ConfigError{fmt::format("{} in 'layers' is no number of a layer", shortened(value))};
  return value.get<int>();
}

}  // namespace

void write_layer_choice(const std::filesystem::path& file, const LayerChoice& choice) {
  const json object{{"layers", choice.layers}, {"split", name_of(choice.split)}, {"scores", choice.scores}};
  write_text_file(file, object.dump(2) + '\n');
}

LayerChoice read_layer_choice(const std::filesystem::path& file) {
  try {
    const json object = read_json(file);
    LayerChoice choice;
    for (const json& layer : object.at("layers").get<std::vector<json>>())
      choice.layers.push_back(layer_number(layer));
    choice.split = parse_enum<ScoredPart>(object.at("split").get<std::string>());
    choice.scores = object.at("scores").get<std::vector<double>>();
    return choice;
  } catch (const JsonError& e) {
    throw ConfigError{fmt::format("'{}' {}; `harsanyi layers` writes such a file", file.string(), e.what())};
  } catch (const json::exception& e) {
    throw ConfigError{fmt::format("'{}' is no file of `harsanyi layers`: {}", file.string(), e.what())};
  } catch (const ConfigError& e) {
    throw ConfigError{fmt::format("'{}': {}", file.string(), e.what())};
  }
}

}  // namespace harsanyi
