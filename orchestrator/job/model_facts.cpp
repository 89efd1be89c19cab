#include "orchestrator/job/model_facts.hpp"

#include "partition/base/sha256.hpp"
#include "partition/json/bounded_json.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

fs::path config_file(const fs::path& folder) {
  return fs::is_directory(folder) ? folder / "config.json" : folder;
}

// "models/smollm2/" and "models/smollm2/config.json" are both the model smollm2, "smollm2.json" is too.
std::string name_of_model(const fs::path& path) {
  const fs::path whole = fs::weakly_canonical(path);
  if (fs::is_directory(whole)) return whole.filename().string();
  return whole.filename() == "config.json" ? whole.parent_path().filename().string() : whole.stem().string();
}

}  // namespace

bool ModelFacts::is_chat_model() const {
  const fs::path beside = config_file(folder).parent_path();
  if (fs::exists(beside / "chat_template.jinja")) return true;
  try {
    const auto json = read_json(beside / "tokenizer_config.json");
    return json.is_object() && json.contains("chat_template");
  } catch (const JsonError&) {
    return false;  // nothing else is read from it
  }
}

ModelFacts read_model_facts(const fs::path& folder, bool needs_tokenizer) {
  ModelFacts facts{folder, name_of_model(folder), read_model_config(folder), std::nullopt};
  if (needs_tokenizer) facts.tokenizer = Tokenizer::load(config_file(folder).parent_path());
  return facts;
}

void add_model_files(Identity& identity, const std::string& prefix, const ModelFacts& model) {
  identity.set(prefix + ".config_sha256", sha256_file_hex(config_file(model.folder)));
  if (model.tokenizer)
    identity.set(prefix + ".tokenizer_sha256",
                 sha256_file_hex(config_file(model.folder).parent_path() / "tokenizer.json"));
}

}  // namespace harsanyi
