#pragma once

#include <cstdint>

// Matrix products in the tiles of AMX, whose entries are bfloat16 and whose sums are float32. A float32
// number is the sum of three bfloat16 parts of falling size, exactly; of the nine products of parts the six
// largest are added, so what is left out is below 2^-24 of a product. Weights that are bfloat16 themselves
// have one part, which leaves three products (docs/decisions/layer-products.md). Raw pointers, no library:
// this file alone is compiled for these processors.

namespace harsanyi::amx {

/// Whether processor, operating system and build have AMX; asks the system for its use.
[[nodiscard]] bool available();

/// Sizes of a product of `rows` rows, [rows, in] with [out, in].
struct Shape {
  std::int64_t rows;
  std::int64_t in;
  std::int64_t out;
};

/// Parts that every one of `count` numbers is the sum of: 1, 2 or 3.
[[nodiscard]] int parts_of(const float* numbers, std::int64_t count);

/// 16-bit entries that packed weights or packed rows take; both start at a multiple of 64 bytes.
[[nodiscard]] std::int64_t packed_weights_size(std::int64_t out, std::int64_t in, int parts);
[[nodiscard]] std::int64_t packed_rows_size(std::int64_t rows, std::int64_t in);

/// @param weights  [out, in]
void pack_weights(const float* weights, std::int64_t out, std::int64_t in, int parts, std::uint16_t* packed);

/// Rows are packed and results computed in blocks, which may be shared out between threads.
inline constexpr std::int64_t kBlock = 32;
[[nodiscard]] constexpr std::int64_t blocks_of(std::int64_t count) {
  return (count + kBlock - 1) / kBlock;
}
[[nodiscard]] constexpr std::int64_t padded(std::int64_t count) {
  return blocks_of(count) * kBlock;
}

/// Some blocks of rows. @param x  [rows, in]
void pack_rows(const float* x, std::int64_t rows, std::int64_t in, std::int64_t first_block,
               std::int64_t last_block, std::uint16_t* packed);

inline constexpr std::int64_t kSumsRoom = 48 * kBlock * kBlock;

/// y[r, o] = sum of x[r, i] w[o, i] over i, for some blocks of columns o. An entry's bits depend on its row
/// of x, its row of w and the number of parts alone.
/// @param sums  kSumsRoom entries for sums on their way, begun at a multiple of 64 bytes; of one thread
/// @param y     [padded(rows), padded(out)]
void multiply(const Shape& shape, const std::uint16_t* rows, const std::uint16_t* weights, int parts,
              std::int64_t first_block, std::int64_t last_block, float* sums, float* y);

}  // namespace harsanyi::amx
