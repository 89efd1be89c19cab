#include "worker/model/amx_kernel.hpp"

#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>

// Compiled for AMX and AVX-512: nothing here may be an inline function that another file shares.

namespace harsanyi::amx {
namespace {

using i64 = std::int64_t;

constexpr i64 kTile = 16;  // rows of a tile
constexpr i64 kStep = 32;  // entries of a tile's row
constexpr i64 kTileSize = kTile * kStep;
constexpr i64 kPairSize = 2 * kTileSize;  // two tiles: a block's rows or columns of one step and part
constexpr int kRowParts = 3;
// Blocks of rows and of columns, and steps of both, that meet each other in the second cache. Sums pass from
// one lot of steps to the next one as they are, so that the order of a sum does not depend on these numbers.
constexpr i64 kBlocksTogether = 8;
constexpr i64 kStepsTogether = 18;
constexpr i64 kSumsSize = kBlock * kBlock;
static_assert(kSumsRoom == kBlocksTogether * kBlocksTogether * kSumsSize);

constexpr i64 least(i64 a, i64 b) {
  return a < b ? a : b;
}
constexpr i64 steps_of(i64 in) {
  return (in + kStep - 1) / kStep;
}
__mmask16 first_entries(i64 count) {
  return count >= kTile ? __mmask16{0xFFFF} : static_cast<__mmask16>((1U << (count < 0 ? 0 : count)) - 1U);
}

struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t bytes_per_row[16] = {};
  std::uint8_t rows[16] = {};
};

constexpr TileConfig whole_tiles() {
  TileConfig config;
  for (int tile = 0; tile < 8; ++tile) {
    config.bytes_per_row[tile] = kStep * sizeof(std::uint16_t);
    config.rows[tile] = kTile;
  }
  return config;
}

void configure_tiles() {
  // A constant: GCC 12 believes that _tile_loadconfig reads eight bytes, and may leave out the rest of a
  // local.
  static constexpr TileConfig kConfig = whole_tiles();
  _tile_loadconfig(&kConfig);
}

__m512 widened(__m256bh part) {
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(reinterpret_cast<__m256i>(part)), 16));
}

/// The next part of what is left of 16 numbers.
__m256bh take_part(__m512& rest) {
  const __m256bh part = _mm512_cvtneps_pbh(rest);
  rest = _mm512_sub_ps(rest, widened(part));
  return part;
}

void store(std::uint16_t* to, __m256bh part) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), reinterpret_cast<__m256i>(part));
}

// The sums of a block lie in tiles 0 to 3:
//   0 | 1    columns of a block
//   2 | 3
void zero_sums() {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

void take_sums(const float* kept) {
  constexpr i64 kBytes = kTile * sizeof(float);
  _tile_loadd(0, kept, kBytes);
  _tile_loadd(1, kept + kSumsSize / 4, kBytes);
  _tile_loadd(2, kept + kSumsSize / 2, kBytes);
  _tile_loadd(3, kept + kSumsSize / 4 * 3, kBytes);
}

void keep_sums(float* kept) {
  constexpr i64 kBytes = kTile * sizeof(float);
  _tile_stored(0, kept, kBytes);
  _tile_stored(1, kept + kSumsSize / 4, kBytes);
  _tile_stored(2, kept + kSumsSize / 2, kBytes);
  _tile_stored(3, kept + kSumsSize / 4 * 3, kBytes);
}

void put_sums(float* y, i64 stride) {
  const i64 bytes = stride * static_cast<i64>(sizeof(float));
  _tile_stored(0, y, bytes);
  _tile_stored(1, y + kTile, bytes);
  _tile_stored(2, y + kTile * stride, bytes);
  _tile_stored(3, y + kTile * stride + kTile, bytes);
}

#define HARSANYI_LOAD_ROWS(part)                      \
  _tile_loadd(4, rows + (part)*kPairSize, kStep * 2); \
  _tile_loadd(5, rows + (part)*kPairSize + kTileSize, kStep * 2)
#define HARSANYI_LOAD_WEIGHTS(part)                      \
  _tile_loadd(6, weights + (part)*kPairSize, kStep * 2); \
  _tile_loadd(7, weights + (part)*kPairSize + kTileSize, kStep * 2)
#define HARSANYI_ADD_PRODUCTS() \
  _tile_dpbf16ps(0, 4, 6);      \
  _tile_dpbf16ps(1, 4, 7);      \
  _tile_dpbf16ps(2, 5, 6);      \
  _tile_dpbf16ps(3, 5, 7)

/// Adds the parts' products of some steps, the small ones of a step first.
template <int kParts>
void add_steps(const std::uint16_t* rows, const std::uint16_t* weights, i64 steps) {
  for (i64 step = 0; step < steps; ++step) {
    HARSANYI_LOAD_WEIGHTS(0);
    HARSANYI_LOAD_ROWS(2);
    HARSANYI_ADD_PRODUCTS();
    HARSANYI_LOAD_ROWS(1);
    HARSANYI_ADD_PRODUCTS();
    if constexpr (kParts > 1) {
      HARSANYI_LOAD_WEIGHTS(1);
      HARSANYI_ADD_PRODUCTS();
    }
    HARSANYI_LOAD_ROWS(0);
    if constexpr (kParts > 1) {
      HARSANYI_ADD_PRODUCTS();
      if constexpr (kParts > 2) {
        HARSANYI_LOAD_WEIGHTS(2);
        HARSANYI_ADD_PRODUCTS();
      }
      HARSANYI_LOAD_WEIGHTS(0);
    }
    HARSANYI_ADD_PRODUCTS();
    rows += kRowParts * kPairSize;
    weights += kParts * kPairSize;
  }
}

#undef HARSANYI_LOAD_ROWS
#undef HARSANYI_LOAD_WEIGHTS
#undef HARSANYI_ADD_PRODUCTS

/// Sums of some blocks of rows and of columns.
struct Lot {
  i64 first_row, last_row, first_column, last_column;
};

template <int kParts>
void multiply_lot(const Shape& shape, const Lot& lot, const std::uint16_t* rows, const std::uint16_t* weights,
                  float* sums, float* y) {
  const i64 steps = steps_of(shape.in);
  const i64 stride = padded(shape.out);
  for (i64 step = 0; step < steps; step += kStepsTogether) {
    const i64 end = least(step + kStepsTogether, steps);
    float* kept = sums;
    for (i64 row = lot.first_row; row < lot.last_row; ++row)
      for (i64 column = lot.first_column; column < lot.last_column; ++column, kept += kSumsSize) {
        if (step == 0)
          zero_sums();
        else
          take_sums(kept);
        add_steps<kParts>(rows + (row * steps + step) * kRowParts * kPairSize,
                          weights + (column * steps + step) * kParts * kPairSize, end - step);
        if (end == steps)
          put_sums(y + row * kBlock * stride + column * kBlock, stride);
        else
          keep_sums(kept);
      }
  }
}

template <int kParts>
void multiply_parts(const Shape& shape, const std::uint16_t* rows, const std::uint16_t* weights,
                    i64 first_block, i64 last_block, float* sums, float* y) {
  const i64 row_blocks = blocks_of(shape.rows);
  configure_tiles();
  for (i64 row = 0; row < row_blocks; row += kBlocksTogether)
    for (i64 column = first_block; column < last_block; column += kBlocksTogether)
      multiply_lot<kParts>(shape,
                           {row, least(row + kBlocksTogether, row_blocks), column,
                            least(column + kBlocksTogether, last_block)},
                           rows, weights, sums, y);
  _tile_release();
}

/// One tile of every part of 16 rows of weights, from `column` of `in` on: pairs of entries of a row lie
/// below each other.
void pack_weight_tile(const float* weights, i64 in, i64 rows, i64 column, int parts, std::uint16_t* packed) {
  alignas(64) std::uint16_t part[kTile][kStep];
  __m512 rest[kTile][2];
  for (i64 row = 0; row < kTile; ++row)
    for (i64 half = 0; half < 2; ++half) {
      const i64 from = column + half * kTile;
      const __mmask16 present = row < rows ? first_entries(in - from) : __mmask16{0};
      rest[row][half] = _mm512_maskz_loadu_ps(present, weights + row * in + from);
    }
  for (int p = 0; p < parts; ++p) {
    for (i64 row = 0; row < kTile; ++row)
      for (i64 half = 0; half < 2; ++half) store(&part[row][half * kTile], take_part(rest[row][half]));
    for (i64 row = 0; row < kTile; ++row)
      for (i64 entry = 0; entry < kStep; ++entry)
        packed[p * kPairSize + entry / 2 * kStep + row * 2 + entry % 2] = part[row][entry];
  }
}

}  // namespace

bool available() {
  constexpr int kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr int kTileData = 18;
  static const bool has_it = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
                             __builtin_cpu_supports("avx512bf16") &&
                             [] {
                               unsigned a = 7;
                               unsigned b = 0;
                               unsigned c = 0;
                               unsigned d = 0;
                               __asm__("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
                               constexpr unsigned kBfloat16 = 1U << 22U;
                               constexpr unsigned kTiles = 1U << 24U;
                               return (d & kBfloat16) != 0 && (d & kTiles) != 0;
                             }() &&
                             ::syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
  return has_it;
}

int parts_of(const float* numbers, i64 count) {
  int parts = 1;
  for (i64 i = 0; i < count && parts < kRowParts; i += kTile) {
    __m512 rest = _mm512_maskz_loadu_ps(first_entries(count - i), numbers + i);
    for (int taken = 1; taken < kRowParts; ++taken) {
      (void)take_part(rest);
      if (taken >= parts && _mm512_cmp_ps_mask(rest, _mm512_setzero_ps(), _CMP_NEQ_UQ) != 0)
        parts = taken + 1;
    }
  }
  return parts;
}

i64 packed_weights_size(i64 out, i64 in, int parts) {
  return blocks_of(out) * steps_of(in) * parts * kPairSize;
}
i64 packed_rows_size(i64 rows, i64 in) {
  return blocks_of(rows) * steps_of(in) * kRowParts * kPairSize;
}

void pack_weights(const float* weights, i64 out, i64 in, int parts, std::uint16_t* packed) {
  for (i64 block = 0; block < blocks_of(out); ++block)
    for (i64 step = 0; step < steps_of(in); ++step) {
      for (i64 tile = 0; tile < 2; ++tile) {
        const i64 row = block * kBlock + tile * kTile;
        pack_weight_tile(weights + row * in, in, out - row, step * kStep, parts, packed + tile * kTileSize);
      }
      packed += parts * kPairSize;
    }
}

void pack_rows(const float* x, i64 rows, i64 in, i64 first_block, i64 last_block, std::uint16_t* packed) {
  const i64 steps = steps_of(in);
  for (i64 row = first_block * kBlock; row < last_block * kBlock; ++row) {
    std::uint16_t* to = packed + row / kBlock * steps * kRowParts * kPairSize + row % kBlock * kStep;
    for (i64 half = 0; half < 2 * steps; ++half) {
      const i64 from = half * kTile;
      __m512 rest = row < rows ? _mm512_maskz_loadu_ps(first_entries(in - from), x + row * in + from)
                               : _mm512_setzero_ps();
      std::uint16_t* here = to + half / 2 * kRowParts * kPairSize + half % 2 * kTile;
      for (int part = 0; part < kRowParts; ++part) store(here + part * kPairSize, take_part(rest));
    }
  }
}

void multiply(const Shape& shape, const std::uint16_t* rows, const std::uint16_t* weights, int parts,
              i64 first_block, i64 last_block, float* sums, float* y) {
  if (parts == 1) return multiply_parts<1>(shape, rows, weights, first_block, last_block, sums, y);
  if (parts == 2) return multiply_parts<2>(shape, rows, weights, first_block, last_block, sums, y);
  multiply_parts<3>(shape, rows, weights, first_block, last_block, sums, y);
}

}  // namespace harsanyi::amx
