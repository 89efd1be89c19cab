#pragma once

#include <span>
#include <string>

#include "orchestrator/job/evaluation_job.hpp"
#include "orchestrator/job/sweep_job.hpp"

namespace harsanyi {

/// The plan for a reader: model, game, units, cost, memory, and what the published loop would cost.
[[nodiscard]] std::string plan_text(const SweepJob& job);
[[nodiscard]] std::string plan_text(const EvaluationJob& job);

/// A line of a plan: its name, then what there is to say.
[[nodiscard]] std::string plan_line(const char* name, const std::string& text);

/// "3.2 GFLOP", "540 MB": three digits and a decimal prefix.
[[nodiscard]] std::string with_prefix(double value, const char* unit);

}  // namespace harsanyi
