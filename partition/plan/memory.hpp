#pragma once

#include <cstdint>
#include <span>

#include "partition/plan/evaluation_plan.hpp"
#include "partition/plan/sweep_plan.hpp"
#include "partition/plan/tensor_shard.hpp"

namespace harsanyi {

/// How a worker keeps a model's numbers and computes with them: bytes per entry, and what follows from them.
struct MemoryForm {
  double matrix = 4.0;         ///< of a layer's matrices as products take them; 0: they stay in the file
  double long_matrix = 4.0;    ///< of those with more than kLongRow inputs
  double plain_output = 0.0;   ///< of o_proj once more, unpacked
  bool plain_in_file = false;  ///< it stays in the file instead
  bool divided = false;       ///< part of a model: columns of o_proj and down_proj are copied out of the file
  double table = 0.0;         ///< of embedding and unembedding; 0: they stay in the file
  double file = 4.0;          ///< of the mapped checkpoint, whose pages count as they are read; 0: not mapped
  double product = 4.0;       ///< of numbers that products take
  double packed_row = 0.0;    ///< of rows that the product kernel brings into its own order, beside them
  double at_use = 0.0;        ///< of a matrix that is converted each time it is used
  bool by_operators = false;  ///< libtorch's operators on whole attention maps, as on a GPU
  bool keeps_freed = true;    ///< the allocator keeps what batches free
  std::int64_t rows_together = 0;  ///< of one product at most, where there are several copies
  double program = 0.0;            ///< bytes without a model: the program, its libraries and their buffers
};
inline constexpr std::int64_t kLongRow = 1024;

/// What one rank holds at the most, in bytes, at the largest moment of going through many units. With d, I, L
/// as in cost.hpp, n players, and of the rank's part W = H D, K = H_kv D, V tokens; R rows, m prompts and C
/// masked coalitions of the unit:
///
///   weights  layers' matrices, o_proj once more where its form is packed, tables where they are converted
///   file     pages of the mapped checkpoint that stay in use: what is not converted, and of an embedding
///            of E bytes that is read at t tokens E (1 - exp(-t kPagesTogether / E)), as a fault maps so
///            many bytes. Other pages are given back when their numbers are converted
///   trunk    4 L R d: the input of each layer
///   players  4 a n R d: what each player adds, a = 2 for present and absent, 1 where absent players add
///            nothing. Every rank of a group holds those of all
///   batch    N = c R rows, c = clamp(rows_together / R, 1, C) copies side by side. The larger of
///              N max(M, T) + c S         the layers
///              (255 + c m) (M + 4 V / m) the last MLP of waiting copies; V for values over the vocabulary
///            M = 16 d + 8 I + k (d + I)  a layer's input twice, norm, result; gate, up; and what products
///                                        take or pack, k bytes an entry
///            T = 8 d + 4 W + q (W + 2 K) + k W    input, result; output; queries, keys and values
///            S = 0, or by operators 8 H m t n + 2 q m (t W + 2 n K): scores and softmax of t rows and n
///                keys of the longest prompt, copies of queries, keys and values
///   cache    keys and values of answers that are generated
///   freed    kFreedTimes those of M's buffers, for the more of N and 255 + c m rows, that are not above
///            kLargestFreed
///   program  without a model
///
/// tests/bench/engine/memory.py compares the sum with the peak of real runs.
struct RankMemory {
  double weights = 0.0;
  double file = 0.0;
  double trunk = 0.0;
  double players = 0.0;
  double batch = 0.0;
  double cache = 0.0;
  double freed = 0.0;
  double program = 0.0;

  [[nodiscard]] double sum() const noexcept {
    return weights + file + trunk + players + batch + cache + freed + program;
  }
  /// Beside the weights.
  [[nodiscard]] double working() const noexcept { return sum() - weights - file; }
};

/// What stays with the process when a batch's buffers are freed (worker/engine/freed_memory.cpp), as multiple
/// of them: small tensors that outlive a batch lie between them, and buffers of other sizes do not fit into
/// the gaps. Measured at the end of long runs: 3.3, 3.7 and 5.6 (docs/performance.md).
inline constexpr double kFreedTimes = 3.5;
/// Larger buffers go back to the system.
inline constexpr double kLargestFreed = 32.0 * 1024 * 1024;

/// Bytes that one page fault maps of a file in the page cache (Linux, fault_around_bytes).
inline constexpr double kPagesTogether = 65536.0;
/// Rows of waiting copies at which the last layer's MLP runs (worker/engine/sweep_engine.cpp).
inline constexpr double kWaitingRows = 256.0;

/// What games ask for beside their shape.
struct GameMemory {
  int players = 0;             ///< of the whole model
  int outputs_per_player = 2;  ///< 1 where absent players give nothing (MaskKind::drop)
  bool all_logits = false;     ///< values over the whole vocabulary
  double tokens_read = 0.0;    ///< of all prompts, whose rows of the embedding are read
};

/// Weights and file of a rank. @param part  what the rank holds (shape_of)
[[nodiscard]] RankMemory weights_memory(const ModelShape& part, const MemoryForm& form,
                                        const GameMemory& game);

/// Of a rank that computes units like this one. @param tokens, shared_prefix  as of cost_of
/// @throws PlanError  as cost_of
[[nodiscard]] RankMemory memory_of(const SweepUnit& unit, const ModelShape& part, const MemoryForm& form,
                                   const GameMemory& game, std::span<const int> tokens, int shared_prefix);

/// Rows of one product for which `bytes` suffice beside all else, or 0: R copies are the least of them.
[[nodiscard]] std::int64_t most_rows_together(const RankMemory& memory, std::int64_t rows_together,
                                              double bytes);

/// Of a rank that answers the items of units like this one, calibrated.
[[nodiscard]] RankMemory memory_of(const EvaluationUnit& unit, AnswerKind answers, const ModelShape& part,
                                   const MemoryForm& form, std::span<const int> tokens);

/// Of a rank that generates answers to prompts of these lengths side by side, all of a unit, `new_tokens`
/// each.
[[nodiscard]] RankMemory generation_memory_of(std::span<const int> lengths, int new_tokens,
                                              const ModelShape& part, const MemoryForm& form);

}  // namespace harsanyi
