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
  set.add({"device-profile", "NAME",
           "what each rank runs on, for memory and time: a file of configs/devices, or the path of another"},
          options.device_profile);
  set.add({"devices", "N", "devices that the sweep gets, a rank on each; 0: those of one node"},
          options.devices, Bounds<int>{0, 1 << 20});
  set.add({"most-ranks", "N", "largest worker group to look at"}, options.most_ranks, Bounds<int>{1, 1024});
}

void check(const PlanOptions& options) {
  check(options.sweep);
}

}  // namespace harsanyi
