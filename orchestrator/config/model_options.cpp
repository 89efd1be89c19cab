#include "orchestrator/config/model_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, ModelOptions& options) {
  set.begin_group("Model");
  set.add({"model", "DIR", "Hugging Face folder: config.json, tokenizer.json, *.safetensors"},
          options.folder);
  set.require("model");
  describe_threads(set, options.threads);
}

void describe_threads(OptionSet& set, int& threads) {
  set.add({"threads", "N", "threads of each rank; 0: cores of the node divided by the ranks on it"}, threads,
          Bounds<int>{0, 4096});
}

}  // namespace harsanyi
