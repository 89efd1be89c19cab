#include "orchestrator/job/model_facts.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/sha256.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

fs::path config_file(const fs::path& folder) {
  return fs::is_directory(folder) ? folder / "config.json" : folder;
}

// "models/smollm2/" and "models/smollm2/config.json" are both the model smollm2.
std::string name_of_folder(const fs::path& folder) {
  fs::path whole = fs::weakly_canonical(folder);
  if (!fs::is_directory(whole)) whole = whole.parent_path();
  return whole.filename().string();
}

}  // namespace

ModelFacts read_model_facts(const fs::path& folder, bool needs_tokenizer) {
  ModelFacts facts{folder, name_of_folder(folder), read_model_config(folder), std::nullopt};
  if (needs_tokenizer) facts.tokenizer = Tokenizer::load(config_file(folder).parent_path());
  return facts;
}

void add_model_files(Identity& identity, const std::string& prefix, const ModelFacts& model) {
  identity.set(prefix + ".config_sha256", sha256_file_hex(config_file(model.folder)));
  if (model.tokenizer)
    identity.set(prefix + ".tokenizer_sha256",
                 sha256_file_hex(config_file(model.folder).parent_path() / "tokenizer.json"));
}

void add_groups(Identity& identity, const std::string& prefix, const SalientGroups& groups) {
  std::string heads;
  for (const LayerId layer : LayerRange{0, static_cast<std::int64_t>(groups.layers.size())})
    heads += fmt::format("{}: {}\n", layer.value, fmt::join(groups.edited_heads(layer), " "));
  identity.set(prefix + ".edited_heads_sha256", sha256_hex(heads));
}

}  // namespace harsanyi
