#include "worker/model/fused_attention.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <vector>

#include "worker/model/vectorised.hpp"

namespace harsanyi {
namespace {

constexpr int kRows = 6;      // of a tile: with two vectors each they fill the registers of AVX2
constexpr int kColumns = 16;  // of a tile, two vectors
constexpr int kLanes = 8;

using Vector = float __attribute__((vector_size(sizeof(float) * kLanes)));

/// Sums of products of kRows rows with kColumns columns.
struct Tile {
  Vector sum[kRows][2] = {};

  /// @param a  first entry of each row, entries contiguous
  /// @param b  [k, stride], its first kColumns columns
  HARSANYI_INLINED void add(const std::array<const float*, kRows>& a, std::int64_t from, std::int64_t k,
                            const float* b, std::int64_t stride) {
    for (std::int64_t i = 0; i < k; ++i, b += stride) {
      Vector left;
      Vector right;
      std::memcpy(&left, b, sizeof left);
      std::memcpy(&right, b + kLanes, sizeof right);
#pragma GCC unroll 6
      for (int row = 0; row < kRows; ++row) {
        const float entry = a[static_cast<std::size_t>(row)][from + i];
        sum[row][0] += entry * left;
        sum[row][1] += entry * right;
      }
    }
  }
  HARSANYI_INLINED void store(int row, float* to) const {
    std::memcpy(to, &sum[row][0], sizeof(Vector));
    std::memcpy(to + kLanes, &sum[row][1], sizeof(Vector));
  }
};

/// Sizes and strides, in floats, of one layer's projections.
struct Shape {
  std::int64_t query_rows, rows, heads, players, size;
  std::int64_t window;  ///< keys that a query sees at most

  [[nodiscard]] std::int64_t per_player() const noexcept { return heads / players; }
  [[nodiscard]] std::int64_t query_stride() const noexcept { return heads * size; }
  [[nodiscard]] std::int64_t key_stride() const noexcept { return players * size; }
};

/// One player of one copy.
struct Player {
  const float* queries;  ///< its first head in row 0; rows query_stride apart
  const float* keys;     ///< row 0; rows key_stride apart
  const float* values;
  const float* scales;  ///< [heads of the player] on the scores, 1/sqrt(D) included
  float* out;           ///< as queries
};

/// Where one task keeps keys and maps; grows, and is used again.
struct Scratch {
  std::vector<float> keys;  ///< [key panels, D, kColumns]: keys transposed, kColumns to a panel
  std::vector<float> maps;  ///< [kRows, columns]
};

void put_keys(const Shape& shape, const float* keys, std::int64_t count, std::int64_t first_column,
              float* panels) {
  for (std::int64_t key = 0; key < count; ++key, keys += shape.key_stride()) {
    const std::int64_t column = first_column + key;
    float* to = panels + column / kColumns * kColumns * shape.size + column % kColumns;
    for (std::int64_t d = 0; d < shape.size; ++d) to[d * kColumns] = keys[d];
  }
}

/// Scores become a map in place: softmax over [first, last), zero in the rest of the `columns`.
HARSANYI_INLINED void softmax_row(float* row, std::int64_t first, std::int64_t last, std::int64_t columns,
                                  float scale) {
  const float* visible = row + first;
  for (std::int64_t n = first; n < last; ++n) row[n] *= scale;
  const float largest = folded<16>(
      last - first, *visible, [visible](std::int64_t n) { return visible[n]; },
      [](float a, float b) { return b > a ? b : a; });
  for (std::int64_t n = first; n < last; ++n) row[n] = exponential(row[n] - largest);
  const float share = 1.0F / folded_sum<16>(last - first, [visible](std::int64_t n) { return visible[n]; });
  for (std::int64_t n = first; n < last; ++n) row[n] *= share;
  std::fill(row, row + first, 0.0F);
  std::fill(row + last, row + columns, 0.0F);
}

/// Up to kRows query rows of one player in one segment; row i is head i % r at query i / r. Where there are
/// fewer, the last one stands for the rest.
struct RowBlock {
  std::array<std::int64_t, kRows> offset{};  ///< of the row in queries and out
  std::array<std::int64_t, kRows> seen{};    ///< keys up to the row's own
  std::array<float, kRows> scale{};          ///< on the scores
  std::int64_t most_seen = 0;

  RowBlock(const Shape& shape, const Player& player, const Segment& s, std::int64_t first,
           std::int64_t count) {
    const std::int64_t heads = shape.per_player();
    for (std::size_t i = 0; i < kRows; ++i) {
      const std::int64_t row = first + std::min(static_cast<std::int64_t>(i), count - 1);
      offset[i] = (s.first_query + row / heads) * shape.query_stride() + row % heads * shape.size;
      seen[i] = s.all_keys() - s.queries + row / heads + 1;
      scale[i] = player.scales[row % heads];
    }
    most_seen = seen.back();  // later rows see no fewer
  }
  [[nodiscard]] std::int64_t columns() const noexcept {
    return (most_seen + kColumns - 1) / kColumns * kColumns;
  }
};

/// maps [kRows, columns]: products of queries and keys.
HARSANYI_INLINED void score_rows(const Shape& shape, const Player& player, const RowBlock& block,
                                 Scratch& scratch) {
  std::array<const float*, kRows> rows{};
  for (std::size_t i = 0; i < kRows; ++i) rows[i] = player.queries + block.offset[i];
  const std::int64_t columns = block.columns();
  for (std::int64_t column = 0; column < columns; column += kColumns) {
    Tile tile;
    tile.add(rows, 0, shape.size, scratch.keys.data() + column * shape.size, kColumns);
#pragma GCC unroll 6
    for (int row = 0; row < kRows; ++row) tile.store(row, scratch.maps.data() + row * columns + column);
  }
}

/// The first `count` rows of maps times values, into the player's output.
HARSANYI_INLINED void mix_rows(const Shape& shape, const Player& player, const Segment& s,
                               const RowBlock& block, std::int64_t count, const Scratch& scratch) {
  std::array<const float*, kRows> rows{};
  for (std::size_t i = 0; i < kRows; ++i)
    rows[i] = scratch.maps.data() + static_cast<std::int64_t>(i) * block.columns();
  const std::int64_t of_prefix = std::min(block.most_seen, s.prefix_keys);
  const float* own = player.values + s.first_key * shape.key_stride();
  for (std::int64_t column = 0; column < shape.size; column += kColumns) {
    Tile tile;
    tile.add(rows, 0, of_prefix, player.values + column, shape.key_stride());
    tile.add(rows, of_prefix, block.most_seen - of_prefix, own + column, shape.key_stride());
#pragma GCC unroll 6
    for (int row = 0; row < kRows; ++row)
      if (row < count) tile.store(row, player.out + block.offset[static_cast<std::size_t>(row)] + column);
  }
}

HARSANYI_VECTORISED void attend_rows(const Shape& shape, const Player& player, const Segment& s,
                                     std::int64_t first, std::int64_t count, Scratch& scratch) {
  const RowBlock block{shape, player, s, first, count};
  score_rows(shape, player, block, scratch);
  const std::int64_t columns = block.columns();
  for (std::size_t i = 0; i < kRows; ++i)
    softmax_row(scratch.maps.data() + static_cast<std::int64_t>(i) * columns,
                std::max<std::int64_t>(0, block.seen[i] - shape.window), block.seen[i], columns,
                block.scale[i]);
  mix_rows(shape, player, s, block, count, scratch);
}

void attend_player(const Shape& shape, const Player& player, std::span<const Segment> segments,
                   Scratch& scratch) {
  std::int64_t longest = 0;
  std::int64_t prefix = 0;
  for (const Segment& s : segments) {
    longest = std::max(longest, s.all_keys());
    prefix = std::max(prefix, s.prefix_keys);
  }
  const std::int64_t columns = (longest + kColumns - 1) / kColumns * kColumns;
  scratch.keys.resize(static_cast<std::size_t>(columns * shape.size));
  scratch.maps.resize(static_cast<std::size_t>(columns * kRows));
  put_keys(shape, player.keys, prefix, 0, scratch.keys.data());
  for (const Segment& s : segments) {
    put_keys(shape, player.keys + s.first_key * shape.key_stride(), s.keys, s.prefix_keys,
             scratch.keys.data());
    const std::int64_t rows = s.queries * shape.per_player();
    for (std::int64_t row = 0; row < rows; row += kRows)
      attend_rows(shape, player, s, row, std::min<std::int64_t>(kRows, rows - row), scratch);
  }
}

std::vector<float> scales_of(const at::Tensor& score_scale_H, const Shape& shape) {
  std::vector<float> scales(static_cast<std::size_t>(shape.heads),
                            static_cast<float>(1.0 / std::sqrt(static_cast<double>(shape.size))));
  if (!score_scale_H.defined()) return scales;
  const at::Tensor wide = score_scale_H.to(at::kFloat).contiguous();
  for (std::size_t head = 0; head < scales.size(); ++head) scales[head] *= wide.const_data_ptr<float>()[head];
  return scales;
}

}  // namespace

bool fusible(const Projections& in) {
  return in.q_CRHD.scalar_type() == at::kFloat && in.q_CRHD.size(3) % kColumns == 0;
}

at::Tensor fused_attention(const Projections& in, std::span<const Segment> segments,
                           const at::Tensor& score_scale_H) {
  const at::Tensor q = in.q_CRHD.contiguous();
  const at::Tensor k = in.k_CRKD.contiguous();
  const at::Tensor v = in.v_CRKD.contiguous();
  const Shape shape{.query_rows = q.size(1),
                    .rows = k.size(1),
                    .heads = q.size(2),
                    .players = k.size(2),
                    .size = q.size(3),
                    .window = in.window.value_or(k.size(1))};
  const std::vector<float> scales = scales_of(score_scale_H, shape);
  at::Tensor out = at::empty_like(q);
  at::parallel_for(0, q.size(0) * shape.players, 1, [&](std::int64_t first, std::int64_t last) {
    Scratch scratch;
    for (std::int64_t task = first; task < last; ++task) {
      const std::int64_t copy = task / shape.players;
      const std::int64_t player = task % shape.players;
      const auto query =
          copy * shape.query_rows * shape.query_stride() + player * shape.per_player() * shape.size;
      const auto key = copy * shape.rows * shape.key_stride() + player * shape.size;
      attend_player(shape,
                    {.queries = q.const_data_ptr<float>() + query,
                     .keys = k.const_data_ptr<float>() + key,
                     .values = v.const_data_ptr<float>() + key,
                     .scales = scales.data() + player * shape.per_player(),
                     .out = out.mutable_data_ptr<float>() + query},
                    segments, scratch);
    }
  });
  return out;
}

}  // namespace harsanyi
