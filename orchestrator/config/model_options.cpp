#include "orchestrator/config/model_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, ModelOptions& options) {
  set.begin_group("Model");
  set.add({"model", "DIR", "Hugging Face folder: config.json, tokenizer.json, *.safetensors"},
          options.folder);
  set.require("model");
  describe_verify(set, options.verify);
  describe(set, options.compute);
}

void describe_verify(OptionSet& set, bool& verify) {
  set.add_switch(
      "verify",
      "compare the model's files with their SHA-256 first: of SHA256SUMS in its folder, or of Hugging "
      "Face's download or cache",
      verify);
}

void describe_groups(OptionSet& set, ComputeOptions& options) {
  set.add(
      {"tensor-parallel", "T",
       "ranks that hold one copy of the model together, for models larger than a device; `plan` names the "
       "numbers that a model allows"},
      options.tensor_parallel, Bounds<int>{1, kMostGroupRanks});
  describe_group_place(set, options);
}

void describe_group_place(OptionSet& set, ComputeOptions& options) {
  set.add_switch("group-on-node", "refuse to start where the ranks of a copy are on several nodes",
                 options.group_on_node);
}

void describe(OptionSet& set, ComputeOptions& options) {
  set.add({"threads", "N", "threads of each rank; 0: cores of the node divided by the ranks on it"},
          options.threads, Bounds<int>{0, 4096});
  set.add({"dtype", "TYPE",
           "type of matrix products; softmax, norms, logits and values are at least float32 (`doctor` says "
           "what is "
           "fast here)"},
          options.dtype);
  set.add({"weights", "HOW",
           "matrices in memory: widened to the type once, or stored as in the checkpoint and widened at each "
           "use"},
          options.weights);
  set.add({"device", "WHERE",
           "where each rank computes: auto takes its GPU where it sees one; operators is the GPUs' code on "
           "the CPU, for "
           "tests"},
          options.device);
  set.add({"products", "KERNEL",
           "who multiplies the layers' matrices in float32: auto takes amx where the processor has it, else "
           "MKL with "
           "packed weights; last bits differ, so a cube keeps to one"},
          options.kernel);
}

}  // namespace harsanyi
