#include "tests/support/host_kernels.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "tests/support/bfloat16.hpp"

namespace harsanyi::test {
namespace {

void store(float x, std::int64_t row, int column, int width, gpu::RowsOut out) {
  if (out.rows != nullptr) {
    out.rows[row * width + column] = x;
    return;
  }
  std::uint16_t* first = out.parts + row * gpu::kParts * width + column;
  for (int place = gpu::kParts - 1; place >= 0; --place) {
    first[place * width] = bfloat16_bits(x);
    x -= from_bfloat16(first[place * width]);
  }
}

const char* rms_norm(int /*device*/, const float* x, const float* weight, float epsilon, std::int64_t rows,
                     int width, gpu::RowsOut out) {
  for (std::int64_t row = 0; row < rows; ++row) {
    double squares = 0.0;
    for (int column = 0; column < width; ++column) squares += std::pow(double{x[row * width + column]}, 2);
    const double scale = 1.0 / std::sqrt(squares / width + epsilon);
    for (int column = 0; column < width; ++column)
      store(static_cast<float>(x[row * width + column] * scale * weight[column]), row, column, width, out);
  }
  return nullptr;
}

const char* split(int /*device*/, const float* x, std::int64_t rows, int width, std::uint16_t* parts) {
  for (std::int64_t i = 0; i < rows * width; ++i)
    store(x[i], i / width, static_cast<int>(i % width), width, {nullptr, parts});
  return nullptr;
}

const char* gate(int /*device*/, const float* gate, const float* up, std::int64_t rows, int width,
                 gpu::RowsOut out) {
  for (std::int64_t i = 0; i < rows * width; ++i)
    store(gate[i] / (1.0F + std::exp(-gate[i])) * up[i], i / width, static_cast<int>(i % width), width, out);
  return nullptr;
}

const char* rotate(int /*device*/, float* heads, const float* cosines, const float* sines,
                   std::int64_t copies, std::int64_t rows, int count, int size) {
  const int half = size / 2;
  for (std::int64_t head = 0; head < copies * rows * count; ++head)
    for (int j = 0; j < half; ++j) {
      const std::int64_t angle = head / count % rows * half + j;
      float& first = heads[head * size + j];
      float& second = heads[head * size + half + j];
      const float before = first;
      first = before * cosines[angle] - second * sines[angle];
      second = second * cosines[angle] + before * sines[angle];
    }
  return nullptr;
}

/// The query of one head at one position.
void attend(const gpu::AttentionCall& call, const gpu::AttentionTile& tile, std::int64_t copy, int at,
            int head) {
  const int position = tile.position + at;
  const int player = head / (call.query_heads / call.kv_heads);
  const std::int64_t query =
      ((copy * call.query_rows + tile.query_row + at) * call.query_heads + head) * call.head_size;
  const auto key_place = [&](int key) {
    const int row = key < tile.prefix ? key : tile.own_row + key - tile.prefix;
    return ((copy * call.key_rows + row) * call.kv_heads + player) * call.head_size;
  };
  const int first = call.window == 0 ? 0 : std::max(0, position - call.window + 1);
  std::vector<double> shares;
  double sum = 0.0;
  for (int key = first; key <= position; ++key) {
    double score = 0.0;
    for (int d = 0; d < call.head_size; ++d) score += double{call.q[query + d]} * call.k[key_place(key) + d];
    score *= (call.score_scale == nullptr ? 1.0 : call.score_scale[head]) / std::sqrt(call.head_size);
    shares.push_back(std::exp(score));
    sum += shares.back();
  }
  for (int d = 0; d < call.head_size; ++d) {
    double mixed = 0.0;
    for (int key = first; key <= position; ++key)
      mixed += shares[static_cast<std::size_t>(key - first)] * call.v[key_place(key) + d];
    call.out[query + d] = static_cast<float>(mixed / sum);
  }
}

const char* attention(int /*device*/, const gpu::AttentionCall& call) {
  const int per_player = call.query_heads / call.kv_heads;
  for (int t = 0; t < call.tile_count; ++t) {
    const gpu::AttentionTile& tile = call.tiles[t];
    if (tile.queries > gpu::positions_of_tile(call.head_size, per_player, call.last_rows))
      return "a tile is too large";
    for (std::int64_t copy = 0; copy < call.copies; ++copy)
      for (int at = 0; at < tile.queries; ++at)
        for (int head = 0; head < call.query_heads; ++head) attend(call, tile, copy, at, head);
  }
  return nullptr;
}

const char* coalition_inputs(int /*device*/, const float* present, const float* absent, const float* base,
                             const std::int64_t* coalitions, std::int64_t copies, int players,
                             std::int64_t entries, float* out) {
  for (std::int64_t copy = 0; copy < copies; ++copy)
    for (std::int64_t i = 0; i < entries; ++i) {
      float sum = base[i];
      for (int player = 0; player < players; ++player) {
        const float* gives = (coalitions[copy] >> player & 1) != 0 ? present : absent;
        if (gives != nullptr) sum += gives[player * entries + i];
      }
      out[copy * entries + i] = sum;
    }
  return nullptr;
}

struct Mark {
  double seconds;
};

void* new_mark(int /*device*/) {
  return new Mark{0.0};
}

void set_mark(void* mark) {
  static double now = 0.0;
  static_cast<Mark*>(mark)->seconds = now++;
}

double seconds_between(void* first, void* second) {
  return static_cast<Mark*>(second)->seconds - static_cast<Mark*>(first)->seconds;
}

void delete_mark(void* mark) {
  delete static_cast<Mark*>(mark);
}

}  // namespace

const gpu::Kernels& host_kernels() {
  static constexpr gpu::Kernels kKernels{.rms_norm = rms_norm,
                                         .split = split,
                                         .gate = gate,
                                         .rotate = rotate,
                                         .attention = attention,
                                         .coalition_inputs = coalition_inputs,
                                         .new_mark = new_mark,
                                         .set_mark = set_mark,
                                         .seconds_between = seconds_between,
                                         .delete_mark = delete_mark};
  return kKernels;
}

}  // namespace harsanyi::test
