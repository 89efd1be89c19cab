#include "orchestrator/job/calibrated_heads.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"

namespace harsanyi {

void require_matching_groups(const SalientGroups& groups, const ModelConfig& model,
                             const std::filesystem::path& file) {
  const PlayerLayout layout = model.layout();
  if (static_cast<int>(groups.layers.size()) != model.shape.layers ||
      groups.layout.players != layout.players || groups.layout.query_heads != layout.query_heads)
    throw ConfigError{
        fmt::format("groups file '{}' is of a model with {} layers, {} players and {} query heads, but this "
                    "model has {}, {} "
                    "and {}; give the groups that were selected for this model",
                    file.string(), groups.layers.size(), groups.layout.players, groups.layout.query_heads,
                    model.shape.layers, layout.players, layout.query_heads)};
}

void require_weights_of(const SalientGroups& groups, const std::string& weights_digest,
                        const std::string& model_name) {
  if (groups.weights_digest != weights_digest)
    throw ConfigError{fmt::format(
        "the groups given for model '{}' were selected for other weights (SHA-256 {} there, {} here); "
        "run sweep and select on this model",
        model_name, groups.weights_digest, weights_digest)};
}

Calibration calibration_of(const CalibrationOptions& options, const ModelConfig& model,
                           const SalientGroups* groups) {
  Calibration calibration;
  calibration.alpha = options.alpha;
  calibration.beta = options.beta;
  calibration.redistribution = options.redistribution;
  calibration.decoding = options.decoding;
  const PlayerLayout layout = model.layout();
  const std::vector<bool> chosen = options.layers.among(model.shape.layers);
  for (const LayerId layer : LayerRange{0, model.shape.layers}) {
    std::vector<int> heads;
    if (chosen[static_cast<std::size_t>(layer.index())])
      heads =
          groups != nullptr ? groups->edited_heads(layer) : layout.heads_of(Coalition::grand(layout.players));
    calibration.edited_heads.push_back(std::move(heads));
  }
  return calibration;
}

void add_groups(Identity& identity, const std::string& prefix, const SalientGroups& groups) {
  std::string heads;
  for (const LayerId layer : LayerRange{0, static_cast<std::int64_t>(groups.layers.size())})
    heads += fmt::format("{}: {}\n", layer.value, fmt::join(groups.edited_heads(layer), " "));
  identity.set(prefix + ".edited_heads_sha256", sha256_hex(heads));
}

}  // namespace harsanyi
