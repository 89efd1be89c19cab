#include "orchestrator/config/plan_options.hpp"

namespace harsanyi {

void describe(OptionSet& set, PlanOptions& options) {
  describe(set, options.sweep);
  set.unrequire("cube");
  set.begin_group("Plan");
  set.add(
      {"prompt-tokens", "N",
       "plan for prompts of N tokens, half of them shared, without reading rows or tokenizer; 0: read both"},
      options.prompt_tokens, at_least(0));
}

void check(const PlanOptions& options) {
  check(options.sweep);
}

}  // namespace harsanyi
