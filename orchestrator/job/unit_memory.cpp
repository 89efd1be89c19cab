#include "orchestrator/job/unit_memory.hpp"

#include <algorithm>
#include <numeric>

#include "partition/plan/layout.hpp"
#include "partition/plan/unit_rows.hpp"

namespace harsanyi {
namespace {

void keep_larger(RankMemory& most, const RankMemory& one) {
  if (one.sum() > most.sum()) most = one;
}

std::vector<int> lengths_in(std::span<const Prompt> prompts) {
  std::vector<int> lengths;
  for (const Prompt& prompt : prompts) lengths.push_back(static_cast<int>(prompt.tokens.size()));
  return lengths;
}

}  // namespace

GameMemory game_memory(const SweepJob& job) {
  const std::vector<int> lengths = job.prompt_lengths();
  return {.players = job.plan.shape.players,
          .outputs_per_player = job.rules.mask == MaskKind::drop ? 1 : 2,
          .all_logits = job.rules.value == ValueKind::full_vocabulary,
          .tokens_read = std::accumulate(lengths.begin(), lengths.end(), 0.0)};
}

std::vector<int> shared_prefixes(const SweepJob& job) {
  std::vector<int> prefixes;
  for (const SweepUnit& unit : job.plan.units) {
    if (!prefixes.empty() && unit.samples == job.plan.units[prefixes.size() - 1].samples) {
      prefixes.push_back(prefixes.back());
      continue;
    }
    const auto prompts = std::span{job.prompts}.subspan(static_cast<std::size_t>(unit.samples.first),
                                                        static_cast<std::size_t>(unit.samples.size()));
    prefixes.push_back(static_cast<int>(shared_prefix(prompts)));
  }
  return prefixes;
}

MemoryForm usual_form(const ComputeOptions& options, const std::filesystem::path& model) {
  const StoredNumbers stored = stored_numbers(model);
  const auto form_by = [&](ProductKernel kernel) {
    return memory_form(options, DeviceKind::cpu, kernel, stored, {});
  };
  if (options.kernel != ProductKernel::automatic) return form_by(options.kernel);
  const MemoryForm packed = form_by(ProductKernel::packed);
  MemoryForm amx = form_by(ProductKernel::amx);
  amx.matrix = std::max(amx.matrix, packed.matrix);
  amx.long_matrix = std::max(amx.long_matrix, packed.long_matrix);
  return amx;
}

RankMemory memory_of(const SweepJob& job, MemoryForm form, int ranks) {
  form.divided = ranks > 1;
  const ModelShape part = largest_part(job.model.config.shape, ranks);
  const GameMemory game = game_memory(job);
  const std::vector<int> lengths = job.prompt_lengths();
  const std::vector<int> prefixes = shared_prefixes(job);
  RankMemory most;
  for (std::size_t i = 0; i < job.plan.units.size(); ++i) {
    const SweepUnit& unit = job.plan.units[i];
    keep_larger(most, job.rules.value == ValueKind::f1
                          ? generation_memory_of(lengths_of(lengths, unit.samples),
                                                 job.generated.rules.max_new_tokens, part, form)
                          : memory_of(unit, part, form, game, lengths, prefixes[i]));
  }
  return most;
}

RankMemory memory_of(const EvaluationJob& job, std::size_t model, MemoryForm form) {
  const int ranks = job.models[model].ranks;
  form.divided = ranks > 1;
  const ModelShape part = largest_part(job.models[model].facts.config.shape, ranks);
  RankMemory most;
  for (const EvaluationUnit& unit : job.plan.units) {
    const EvaluationTable& table = job.plan.tables[static_cast<std::size_t>(unit.table)];
    if (static_cast<std::size_t>(table.model) != model) continue;
    const std::vector<int> lengths = lengths_in(job.prompts_of(unit));
    const EvaluationUnit whole{
        .id = unit.id, .table = unit.table, .method = unit.method, .items = {0, std::ssize(lengths)}};
    keep_larger(most, table.answers == AnswerKind::generated_text
                          ? generation_memory_of(lengths, table.width, part, form)
                          : memory_of(whole, table.answers, part, form, lengths));
  }
  return most;
}

}  // namespace harsanyi
