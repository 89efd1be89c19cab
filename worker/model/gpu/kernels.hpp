#pragma once

#include <cstdint>

namespace harsanyi::gpu {

// What the engine computes on a GPU with kernels of its own. They are compiled by nvcc into a library that is
// loaded where there is a GPU (worker/model/gpu_kernels.hpp), so nothing of CUDA or of ATen stands here. All
// memory is the GPU's, dense and aligned to 16 bytes; sizes are of entries; every call returns before its
// work is done, on the default stream, and gives null or the reason why nothing was started.

/// The library's file, beside the engine's.
inline constexpr const char* kLibrary = "libharsanyi_gpu.so";

/// Numbers in one row of parts: x = large + middle + small, each a bfloat16, in the order small | middle |
/// large, in which a product adds them up.
inline constexpr int kParts = 3;

/// Where rows go: as they are, or as their parts [rows, 3 * width]. One of both is null.
struct RowsOut {
  float* rows = nullptr;
  std::uint16_t* parts = nullptr;
};

/// Some neighbouring positions of one prompt, whose queries one block of threads computes.
struct AttentionTile {
  std::int32_t query_row;  ///< of the first
  std::int32_t queries;
  std::int32_t position;  ///< of the first, in its prompt
  std::int32_t own_row;   ///< row of the prompt's first own key; those of the prefix are rows 0 to prefix - 1
  std::int32_t prefix;
};

/// Causal attention of C copies of the same rows: H query heads, K key/value heads, D entries a head.
struct AttentionCall {
  const float* q = nullptr;  ///< [C, query_rows, H, D], rotated
  const float* k = nullptr;  ///< [C, key_rows, K, D], rotated
  const float* v = nullptr;
  const float* score_scale = nullptr;  ///< [H], or null
  float* out = nullptr;                ///< [C, query_rows, H, D]
  const AttentionTile* tiles = nullptr;
  int tile_count = 0;
  int copies = 0;
  int query_rows = 0;
  int key_rows = 0;
  int query_heads = 0;
  int kv_heads = 0;
  int head_size = 0;
  int window = 0;          ///< keys that a query sees; 0 = all before it
  bool last_rows = false;  ///< one position per tile
};

/// The positions that a tile may hold; 0 where no kernel is made for such heads.
/// @param per_player  query heads of a key/value head
[[nodiscard]] constexpr int positions_of_tile(int head_size, int per_player, bool last_rows) {
  const bool made =
      head_size == 8 || head_size == 16 || head_size == 32 || head_size == 64 || head_size == 128;
  const int rows = last_rows && per_player <= 16 ? 16 : 64;
  return !made || per_player > rows ? 0 : last_rows ? 1 : rows / per_player;
}

/// The library's functions; `device` is the index of the GPU.
struct Kernels {
  /// x / sqrt(mean(x^2) + epsilon) * weight of each row. @param width  a multiple of 4
  const char* (*rms_norm)(int device, const float* x, const float* weight, float epsilon, std::int64_t rows,
                          int width, RowsOut out);
  /// @param width  a multiple of 4
  const char* (*split)(int device, const float* x, std::int64_t rows, int width, std::uint16_t* parts);
  /// silu(gate) * up. @param width  a multiple of 4
  const char* (*gate)(int device, const float* gate, const float* up, std::int64_t rows, int width,
                      RowsOut out);
  /// Rotates pairs (j, j + D/2) of every head in place. @param heads  [copies, rows, count, size]
  /// @param cosines  [rows, size / 2], as sines
  const char* (*rotate)(int device, float* heads, const float* cosines, const float* sines,
                        std::int64_t copies, std::int64_t rows, int count, int size);
  const char* (*attention)(int device, const AttentionCall& call);
  /// base plus, for every player, what it gives where it is present or absent: [copies, entries].
  /// @param present  [players, entries], as absent, which may be null: nothing  @param entries  a multiple of
  /// 4
  /// @param coalitions  [copies] bits of present players
  const char* (*coalition_inputs)(int device, const float* present, const float* absent, const float* base,
                                  const std::int64_t* coalitions, std::int64_t copies, int players,
                                  std::int64_t entries, float* out);

  /// A mark that can be set in the default stream, to be used again and again; null if there is no more.
  void* (*new_mark)(int device);
  void (*set_mark)(void* mark);
  /// Seconds between two marks, once the second has been passed.
  double (*seconds_between)(void* first, void* second);
  void (*delete_mark)(void* mark);
};

}  // namespace harsanyi::gpu
