#include "partition/plan/memory.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/plan/unit_rows.hpp"

namespace harsanyi {
namespace {

constexpr double kFloatBytes = 4.0;
constexpr double kLogitRows = 256.0;   // worker/engine/likelihoods.cpp
constexpr double kCacheGrowth = 64.0;  // worker/model/key_value_cache.cpp

/// The letters of memory.hpp for the part of a rank.
struct Part {
  double d, intermediate, heads, query_width, key_width, vocabulary, layers;

  explicit Part(const ModelShape& s)
      : d{double(s.hidden)},
        intermediate{double(s.intermediate)},
        heads{double(s.query_heads)},
        query_width{double(s.query_heads) * s.head_size},
        key_width{double(s.kv_heads) * s.head_size},
        vocabulary{double(s.vocabulary)},
        layers{double(s.layers)} {}

  [[nodiscard]] double table() const { return vocabulary * d; }
  [[nodiscard]] double largest_matrix() const { return d * std::max(intermediate, query_width); }
};

/// Bytes of one row at the widest moment of a layer.
class RowBytes {
 public:
  RowBytes(const Part& part, const MemoryForm& form)
      : part_{part},
        converted_{form.product < kFloatBytes ? form.product : 0.0},
        beside_{converted_ + form.packed_row},
        projected_{form.product},
        by_operators_{form.by_operators} {}

  /// M
  [[nodiscard]] double mlp() const {
    const double at_result =
        kFloatBytes * (4 * part_.d + 2 * part_.intermediate) + beside_ * (part_.d + part_.intermediate);
    const double at_gate = kFloatBytes * (3 * part_.d + 4 * part_.intermediate);
    return by_operators_ ? std::max(at_result, at_gate) : at_result;
  }
  /// T
  [[nodiscard]] double attention() const {
    return kFloatBytes * 2 * part_.d + converted_ * part_.d +
           projected_ * (part_.query_width + 2 * part_.key_width) +
           (kFloatBytes + beside_) * part_.query_width;
  }
  /// S, of one copy
  [[nodiscard]] double scores(const UnitRows& rows) const {
    if (!by_operators_) return 0.0;
    const double m = rows.samples;
    return 2 * kFloatBytes * part_.heads * m * rows.longest_own * rows.longest +
           2 * projected_ * m * (rows.longest_own * part_.query_width + 2 * rows.longest * part_.key_width);
  }
  /// Buffers of M that the allocator keeps when they are freed.
  [[nodiscard]] double kept(double rows) const {
    const auto buffers = [rows](int count, double bytes_of_row) {
      const double each = rows * bytes_of_row;
      return each <= kLargestFreed ? count * each : 0.0;
    };
    return buffers(4, kFloatBytes * part_.d) + buffers(2, kFloatBytes * part_.intermediate) +
           buffers(1, beside_ * part_.d) + buffers(1, beside_ * part_.intermediate);
  }
  [[nodiscard]] double widest() const { return std::max(mlp(), attention()); }

 private:
  Part part_;
  double converted_;
  double beside_;
  double projected_;
  bool by_operators_;
};

double touched(double table_bytes, double tokens) {
  return table_bytes <= 0.0 ? 0.0 : table_bytes * (1.0 - std::exp(-tokens * kPagesTogether / table_bytes));
}

/// Entries of one layer.
struct LayerEntries {
  double output;  ///< o_proj
  double down;    ///< down_proj
  double others;  ///< whose inputs are the hidden state

  explicit LayerEntries(const Part& part)
      : output{part.d * part.query_width},
        down{part.d * part.intermediate},
        others{part.d * (part.query_width + 2 * part.key_width + 2 * part.intermediate)} {}
};

double weights_of(const ModelShape& shape, const MemoryForm& form) {
  const Part part{shape};
  const LayerEntries entries{part};
  const auto of = [&form](double inputs) { return inputs > kLongRow ? form.long_matrix : form.matrix; };
  double layer = of(part.d) * entries.others + (of(part.query_width) + form.plain_output) * entries.output +
                 of(part.intermediate) * entries.down;
  if (form.divided && form.plain_in_file) layer += kFloatBytes * entries.output;
  if (form.divided && form.matrix == 0.0) layer += form.file * (entries.output + entries.down);
  return part.layers * layer + (shape.tied_embeddings ? 1 : 2) * form.table * part.table();
}

double matrices_in_file(const Part& part, const MemoryForm& form) {
  const LayerEntries entries{part};
  double layer = form.matrix == 0.0 ? entries.others : 0.0;
  if (!form.divided && form.matrix == 0.0) layer += entries.output + entries.down;
  if (!form.divided && form.plain_in_file) layer += entries.output;
  return form.file * part.layers * layer;
}

double tables_in_file(const Part& part, const MemoryForm& form, const GameMemory& game, bool tied) {
  if (form.table > 0.0) return 0.0;
  const double table = form.file * part.table();
  const double embedding = touched(table, game.tokens_read);
  const double unembedding = game.all_logits ? table : 0.0;
  return tied ? std::max(embedding, unembedding) : embedding + unembedding;
}

double file_of(const ModelShape& shape, const MemoryForm& form, const GameMemory& game) {
  const Part part{shape};
  return matrices_in_file(part, form) + tables_in_file(part, form, game, shape.tied_embeddings);
}

/// What the allocator keeps, and the program itself.
/// @param kept  buffers of a batch that it keeps
void add_surroundings(RankMemory& memory, const MemoryForm& form, double kept) {
  memory.freed = form.keeps_freed ? kFreedTimes * kept : 0.0;
  memory.program = form.program;
}

double copies_together(double rows, double coalitions, const MemoryForm& form) {
  return std::clamp(std::floor(static_cast<double>(form.rows_together) / rows), 1.0,
                    std::max(coalitions, 1.0));
}

}  // namespace

RankMemory weights_memory(const ModelShape& part, const MemoryForm& form, const GameMemory& game) {
  return {.weights = weights_of(part, form), .file = file_of(part, form, game)};
}

RankMemory memory_of(const SweepUnit& unit, const ModelShape& shape, const MemoryForm& form,
                     const GameMemory& game, std::span<const int> tokens, int shared_prefix) {
  const auto lengths = lengths_of(tokens, unit.samples);
  require_lengths(lengths, shared_prefix + 1);
  const UnitRows rows = unit_rows(lengths, shared_prefix);
  const Part part{shape};
  const RowBytes row{part, form};
  const auto coalitions = static_cast<double>(masked_coalitions(unit, game.players));
  const double copies = copies_together(rows.all, coalitions, form);

  RankMemory memory = weights_memory(shape, form, game);
  memory.trunk = kFloatBytes * part.layers * rows.all * part.d;
  if (coalitions > 0)
    memory.players = kFloatBytes * game.outputs_per_player * game.players * rows.all * part.d;
  const double waiting =
      std::min(std::max(coalitions, 1.0) * rows.samples, kWaitingRows - 1 + copies * rows.samples);
  const double logits = game.all_logits ? kFloatBytes * part.vocabulary / rows.samples : 0.0;
  memory.batch =
      form.at_use * part.largest_matrix() +
      std::max(copies * (rows.all * row.widest() + row.scores(rows)), waiting * (row.mlp() + logits));
  add_surroundings(memory, form, std::max(row.kept(copies * rows.all), row.kept(waiting)));
  return memory;
}

std::int64_t most_rows_together(const RankMemory& memory, std::int64_t rows_together, double bytes) {
  const double of_batch = memory.batch + memory.freed;
  const double left = bytes - (memory.sum() - of_batch);
  if (of_batch <= 0.0 || left <= 0.0) return 0;
  return static_cast<std::int64_t>(static_cast<double>(rows_together) * left / of_batch);
}

RankMemory memory_of(const EvaluationUnit& unit, AnswerKind answers, const ModelShape& shape,
                     const MemoryForm& form, std::span<const int> tokens) {
  const auto lengths = lengths_of(tokens, unit.items);
  require_lengths(lengths, 1);
  const UnitRows rows = unit_rows(lengths, 0);
  const Part part{shape};
  const RowBytes row{part, form};
  const bool of_vocabulary = answers != AnswerKind::label_logits;
  RankMemory memory =
      weights_memory(shape, form, {.players = 0, .all_logits = of_vocabulary, .tokens_read = rows.all});
  // A calibrated map stands beside the scores and softmax that it is made from.
  const double maps = 3 * kFloatBytes * part.heads * rows.longest * rows.longest;
  const double logit_rows = answers == AnswerKind::option_likelihood ? kLogitRows : of_vocabulary ? 1.0 : 0.0;
  memory.batch = form.at_use * part.largest_matrix() + rows.all * row.widest() +
                 std::max(maps, logit_rows * kFloatBytes * part.vocabulary);
  add_surroundings(memory, form, row.kept(rows.all));
  return memory;
}

RankMemory generation_memory_of(std::span<const int> lengths, int new_tokens, const ModelShape& shape,
                                const MemoryForm& form) {
  require_lengths(lengths, 1);
  if (new_tokens < 1)
    throw PlanError{fmt::format("{} new tokens cannot be planned; at least 1 is needed", new_tokens)};
  const UnitRows rows = unit_rows(lengths, 0);
  const Part part{shape};
  const RowBytes row{part, form};
  RankMemory memory = weights_memory(
      shape, form, {.players = 0, .all_logits = true, .tokens_read = rows.all + rows.samples * new_tokens});
  const double together = std::max(rows.longest, std::min(rows.all, static_cast<double>(form.rows_together)));
  memory.batch = form.at_use * part.largest_matrix() + together * row.widest() +
                 2 * kFloatBytes * part.heads * rows.longest * rows.longest +
                 2 * kFloatBytes * rows.samples * part.vocabulary;
  const double positions = rows.all + rows.samples * (new_tokens + kCacheGrowth);
  memory.cache = 2 * form.product * part.layers * part.key_width * positions;
  add_surroundings(memory, form, row.kept(together));
  return memory;
}

}  // namespace harsanyi
