#pragma once

#include <string>

#include "orchestrator/job/evaluation_job.hpp"
#include "orchestrator/job/sweep_job.hpp"

namespace harsanyi {

/// "harsanyi: note: ..." on standard error, and a line of the log.
void say_note(const std::string& note);

/// What a user should know of how prompts are made, one line each: a chat model that is asked without its
/// template; rows that were left out or cut because they are too long. Written to standard error.
/// @param options  of the sweep: a part whose units follow the number of ranks may fit no other part
void say_notes(const SweepJob& job, const SweepOptions& options);
void say_notes(const EvaluationJob& job);

}  // namespace harsanyi
