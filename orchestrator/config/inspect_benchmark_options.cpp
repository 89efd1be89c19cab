#include "orchestrator/config/inspect_benchmark_options.hpp"

#include "orchestrator/config/data_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, InspectBenchmarkOptions& options) {
  set.begin_group("Input");
  set.add(
      {"benchmark", "NAME", "entry of the benchmark table, e.g. arc_easy; also the argument without a name"},
      options.benchmark);
  set.set_positional({"benchmark"});
  set.require("benchmark");
  set.add({"model", "DIR", "Hugging Face folder: config.json and tokenizer.json; no weight is read"},
          options.model);
  set.require("model");
  set.add({"data", "DIR", "folder of the rows: DIR/<benchmark's folder>/<split>.jsonl"}, options.data);
  set.add({"benchmark-table", "DIR",
           "folder of the prompt table, one JSON file per benchmark; without it: the one that comes with "
           "harsanyi"},
          options.benchmark_table);
  set.add({"split", "KIND", "which of the benchmark's files"}, options.split);
  set.add({"rows-file", "FILE", "JSON-lines file instead of the split's"}, options.rows_file);
  set.add({"rows", "N", "how many rows, from the beginning of the file"}, options.rows, at_least(1));

  set.begin_group("Prompts");
  set.add({"choice-scoring", "KIND", "how multiple-choice questions are asked and answered"},
          options.scoring);
  set.add({"letters", "RULE", "token that stands for an option's letter in the value function"},
          options.letters);
  set.add_switch("strip-trailing-space", "take the blanks off the end of every prompt",
                 options.strip_trailing_space);
  set.add({"shots", "N", "solved examples in front of every question, drawn from the calibration split"},
          options.shots, Bounds<int>{0, 100});
  set.add({"shots-seed", "N", "of their draw"}, options.shots_seed);
  set.add({"long-rows", "RULE", "what to do with prompts longer than the model's positions"},
          options.long_rows);
}

}  // namespace harsanyi
