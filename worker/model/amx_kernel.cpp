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
// Blocks of rows and of columns, and steps of both, that meet each other in the second cache; there is room
// in it for what is read next. Sums pass from one lot of steps to the next one as they are, so that the order
// of a sum does not depend on these numbers.
constexpr i64 kRowsTogether = 6;
constexpr i64 kColumnsTogether = 8;
constexpr i64 kStepsTogether = 18;
constexpr i64 kSumsSize = kBlock * kBlock;
static_assert(kSumsRoom == kRowsTogether * kColumnsTogether * kSumsSize);

constexpr i64 least(i64 a, i64 b) {
  return a < b ? a : b;
}
constexpr i64 share_of(i64 whole, i64 shares) {
  return (whole + shares - 1) / shares;
}
constexpr i64 all_steps(i64 in) {
  return share_of(in, kStep);
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

/// What will be read soon, brought into the second cache a few lines at each step: from the third one a tile
/// takes longer to load than its products take. Lines that follow each other, or the processor's own fetching
/// ahead does not help (an eighth slower with a few lines of every step's).
struct Ahead {
  const std::uint16_t* at = nullptr;
  i64 lines = 0;
  i64 lines_of_step = 0;

  void fetch() {
    const i64 count = least(lines_of_step, lines);
    for (i64 line = 0; line < count; ++line) _mm_prefetch(at + line * kStep, _MM_HINT_T1);
    at += count * kStep;
    lines -= count;
  }
};

/// Lines from `from` on, to be fetched in equal shares while as many blocks of `steps` steps are computed.
class SharedAhead {
 public:
  SharedAhead() = default;
  SharedAhead(const std::uint16_t* from, i64 entries, i64 shares, i64 steps)
      : from_{from},
        lines_{entries / kStep},
        share_{share_of(lines_, shares)},
        lines_of_step_{share_of(share_, steps)} {}
  Ahead operator[](i64 share) const {
    const i64 first = share * share_;
    if (first >= lines_) return {};
    return {from_ + first * kStep, least(share_, lines_ - first), lines_of_step_};
  }

 private:
  const std::uint16_t* from_ = nullptr;
  i64 lines_ = 0;
  i64 share_ = 0;
  i64 lines_of_step_ = 0;
};

/// Sapphire Rapids takes 300 ns for its first store of a tile after 0.7 us without an operation on floating
/// point numbers but for those of tiles (measured: docs/decisions/layer-products.md). One addition is enough;
/// of zeros, as a register's chance content may be a slow denormal.
void stay_awake() {
  __asm__ volatile("vxorps %%xmm8, %%xmm8, %%xmm8\n\tvaddss %%xmm8, %%xmm8, %%xmm8" ::: "xmm8");
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
void add_steps(const std::uint16_t* rows, const std::uint16_t* weights, i64 steps, Ahead next_rows,
               Ahead next_weights) {
  for (i64 step = 0; step < steps; ++step) {
    HARSANYI_LOAD_WEIGHTS(0);
    HARSANYI_LOAD_ROWS(2);
    HARSANYI_ADD_PRODUCTS();
    next_weights.fetch();
    HARSANYI_LOAD_ROWS(1);
    HARSANYI_ADD_PRODUCTS();
    if constexpr (kParts > 1) {
      HARSANYI_LOAD_WEIGHTS(1);
      HARSANYI_ADD_PRODUCTS();
    }
    next_rows.fetch();
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
    stay_awake();
    rows += kRowParts * kPairSize;
    weights += kParts * kPairSize;
  }
}

#undef HARSANYI_LOAD_ROWS
#undef HARSANYI_LOAD_WEIGHTS
#undef HARSANYI_ADD_PRODUCTS

/// Some blocks of rows and of columns and some steps of both: the first of each. Lots follow each other by
/// steps, then columns, then rows.
struct Lot {
  i64 row, column, step;
};

template <int kParts>
class Product {
 public:
  Product(const Shape& shape, const std::uint16_t* rows, const std::uint16_t* weights, i64 first_column,
          i64 last_column, float* y)
      : row_blocks_{blocks_of(shape.rows)},
        steps_{all_steps(shape.in)},
        stride_{padded(shape.out)},
        first_column_{first_column},
        last_column_{last_column},
        rows_{rows},
        weights_{weights},
        y_{y} {}

  void multiply(float* sums) const {
    for (Lot lot{0, first_column_, 0}; lot.row < row_blocks_;) {
      const Lot next = after(lot);
      multiply_lot(lot, next, sums);
      lot = next;
    }
  }

 private:
  Lot after(Lot lot) const {
    lot.step += kStepsTogether;
    if (lot.step < steps_) return lot;
    lot.step = 0;
    lot.column += kColumnsTogether;
    if (lot.column < last_column_) return lot;
    return {lot.row + kRowsTogether, first_column_, 0};
  }
  i64 steps_of(const Lot& lot) const { return least(kStepsTogether, steps_ - lot.step); }
  const std::uint16_t* rows_at(i64 block, i64 step) const {
    return rows_ + (block * steps_ + step) * kRowParts * kPairSize;
  }
  const std::uint16_t* weights_at(i64 block, i64 step) const {
    return weights_ + (block * steps_ + step) * kParts * kPairSize;
  }

  /// Columns outside: the next one's weights are fetched while all rows meet this one's, and the next lot's
  /// rows while all columns are met.
  void multiply_lot(const Lot& lot, const Lot& next, float* sums) const {
    const i64 rows = least(kRowsTogether, row_blocks_ - lot.row);
    const i64 columns = least(kColumnsTogether, last_column_ - lot.column);
    const i64 steps = steps_of(lot);
    SharedAhead next_rows[kRowsTogether];
    if (next.row != lot.row || next.step != lot.step)
      for (i64 i = 0; i < rows; ++i)
        next_rows[i] = rows_ahead({next.row + i, next.column, next.step}, columns, steps);
    for (i64 j = 0; j < columns; ++j) {
      const SharedAhead next_weights =
          weights_ahead(j + 1 < columns ? Lot{lot.row, lot.column + j + 1, lot.step} : next, rows, steps);
      for (i64 i = 0; i < rows; ++i, sums += kSumsSize)
        multiply_block({lot.row + i, lot.column + j, lot.step}, steps, next_rows[i][j], next_weights[i],
                       sums);
    }
  }
  SharedAhead weights_ahead(const Lot& at, i64 shares, i64 steps) const {
    if (at.row >= row_blocks_) return {};
    return {weights_at(at.column, at.step), steps_of(at) * kParts * kPairSize, shares, steps};
  }
  SharedAhead rows_ahead(const Lot& at, i64 shares, i64 steps) const {
    if (at.row >= row_blocks_) return {};
    return {rows_at(at.row, at.step), steps_of(at) * kRowParts * kPairSize, shares, steps};
  }

  void multiply_block(const Lot& at, i64 steps, const Ahead& next_rows, const Ahead& next_weights,
                      float* sums) const {
    if (at.step == 0)
      zero_sums();
    else
      take_sums(sums);
    add_steps<kParts>(rows_at(at.row, at.step), weights_at(at.column, at.step), steps, next_rows,
                      next_weights);
    if (at.step + steps == steps_)
      put_sums(y_ + at.row * kBlock * stride_ + at.column * kBlock, stride_);
    else
      keep_sums(sums);
  }

  i64 row_blocks_;
  i64 steps_;
  i64 stride_;
  i64 first_column_;
  i64 last_column_;
  const std::uint16_t* rows_;
  const std::uint16_t* weights_;
  float* y_;
};

/// The next part of what is left of 32 numbers, in two halves.
__m512i take_part_of_both(__m512& low, __m512& high) {
  const auto part = reinterpret_cast<__m512i>(_mm512_cvtne2ps_pbh(high, low));
  low = _mm512_sub_ps(low, widened(reinterpret_cast<__m256bh>(_mm512_castsi512_si256(part))));
  high = _mm512_sub_ps(high, widened(reinterpret_cast<__m256bh>(_mm512_extracti64x4_epi64(part, 1))));
  return part;
}

/// A row's parts of one step; the row ends after `left` numbers.
void pack_row_step(const float* x, i64 left, std::uint16_t* to) {
  __m512 low = _mm512_maskz_loadu_ps(first_entries(left), x);
  __m512 high = _mm512_maskz_loadu_ps(first_entries(left - kTile), x + kTile);
  for (int part = 0; part < kRowParts; ++part)
    _mm512_store_si512(to + part * kPairSize, take_part_of_both(low, high));
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
  return blocks_of(out) * all_steps(in) * parts * kPairSize;
}
i64 packed_rows_size(i64 rows, i64 in) {
  return blocks_of(rows) * all_steps(in) * kRowParts * kPairSize;
}

void pack_weights(const float* weights, i64 out, i64 in, int parts, std::uint16_t* packed) {
  for (i64 block = 0; block < blocks_of(out); ++block)
    for (i64 step = 0; step < all_steps(in); ++step) {
      for (i64 tile = 0; tile < 2; ++tile) {
        const i64 row = block * kBlock + tile * kTile;
        pack_weight_tile(weights + row * in, in, out - row, step * kStep, parts, packed + tile * kTileSize);
      }
      packed += parts * kPairSize;
    }
}

void pack_rows(const float* x, i64 rows, i64 in, i64 first_block, i64 last_block, std::uint16_t* packed) {
  const i64 steps = all_steps(in);
  for (i64 block = first_block; block < last_block; ++block)
    for (i64 step = 0; step < steps; ++step) {
      std::uint16_t* to = packed + (block * steps + step) * kRowParts * kPairSize;
      for (i64 row = block * kBlock; row < (block + 1) * kBlock; ++row, to += kStep)
        pack_row_step(x + row * in + step * kStep, row < rows ? in - step * kStep : 0, to);
    }
}

void multiply(const Shape& shape, const std::uint16_t* rows, const std::uint16_t* weights, int parts,
              i64 first_block, i64 last_block, float* sums, float* y) {
  configure_tiles();
  if (parts == 1)
    Product<1>{shape, rows, weights, first_block, last_block, y}.multiply(sums);
  else if (parts == 2)
    Product<2>{shape, rows, weights, first_block, last_block, y}.multiply(sums);
  else
    Product<3>{shape, rows, weights, first_block, last_block, y}.multiply(sums);
  _tile_release();
}

}  // namespace harsanyi::amx
