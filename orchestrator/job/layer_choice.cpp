#include "orchestrator/job/layer_choice.hpp"

#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "partition/base/text_file.hpp"

namespace harsanyi {

using nlohmann::json;

void write_layer_choice(const std::filesystem::path& file, const LayerChoice& choice) {
  const json object{{"layers", choice.layers}, {"split", name_of(choice.split)}, {"scores", choice.scores}};
  write_text_file(file, object.dump(2) + '\n');
}

LayerChoice read_layer_choice(const std::filesystem::path& file) {
  std::ifstream in{file};
  if (!in)
    throw ConfigError{fmt::format("cannot read '{}'; `harsanyi layers` writes such a file", file.string())};
  try {
    const json object = json::parse(in);
    LayerChoice choice;
    choice.layers = object.at("layers").get<std::vector<int>>();
    choice.split = parse_enum<ScoredPart>(object.at("split").get<std::string>());
    choice.scores = object.at("scores").get<std::vector<double>>();
    return choice;
  } catch (const json::exception& e) {
    throw ConfigError{fmt::format("'{}' is no file of `harsanyi layers`: {}", file.string(), e.what())};
  } catch (const ConfigError& e) {
    throw ConfigError{fmt::format("'{}': {}", file.string(), e.what())};
  }
}

}  // namespace harsanyi
