#pragma once

#include "orchestrator/job/evaluation_job.hpp"
#include "orchestrator/job/memory_form.hpp"
#include "orchestrator/job/sweep_job.hpp"
#include "partition/plan/memory.hpp"

namespace harsanyi {

/// What games of this job ask of memory.
[[nodiscard]] GameMemory game_memory(const SweepJob& job);

/// [units] tokens that the prompts of a unit share.
[[nodiscard]] std::vector<int> shared_prefixes(const SweepJob& job);

/// How a rank keeps this model where neither device nor kernel is known yet: on a CPU, by whichever kernel
/// takes more.
[[nodiscard]] MemoryForm usual_form(const ComputeOptions& options, const std::filesystem::path& model);

/// Of the rank and unit that need most. @param ranks  of a worker group
[[nodiscard]] RankMemory memory_of(const SweepJob& job, MemoryForm form, int ranks = 1);
/// The same for the units of one of an evaluation's models.
[[nodiscard]] RankMemory memory_of(const EvaluationJob& job, std::size_t model, MemoryForm form);

}  // namespace harsanyi
