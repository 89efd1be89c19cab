#pragma once

// The kernels themselves. Who includes this has CUDA's types and functions in scope, and shared_memory(), the
// block's memory of the size that its launch names: kernels.cu, or a test in which the CPU plays the threads
// of a block.

namespace harsanyi::gpu {
namespace {

constexpr int kThreads = 256;
constexpr unsigned kWholeWarp = 0xffffffffU;

// ---- rows and their parts

/// The same for a float and its bits of three bfloat16 numbers.
__device__ void part(float x, __nv_bfloat16& small, __nv_bfloat16& middle, __nv_bfloat16& large) {
  large = __float2bfloat16_rn(x);
  const float rest = x - __bfloat162float(large);
  middle = __float2bfloat16_rn(rest);
  small = __float2bfloat16_rn(rest - __bfloat162float(middle));
}

/// Four neighbouring entries of a row.
struct alignas(8) FourParts {
  __nv_bfloat16 entries[4];
};

__device__ void store(float4 x, std::int64_t row, int column, int width, RowsOut out) {
  if (out.rows != nullptr) {
    *reinterpret_cast<float4*>(out.rows + row * width + column) = x;
    return;
  }
  FourParts small, middle, large;
  part(x.x, small.entries[0], middle.entries[0], large.entries[0]);
  part(x.y, small.entries[1], middle.entries[1], large.entries[1]);
  part(x.z, small.entries[2], middle.entries[2], large.entries[2]);
  part(x.w, small.entries[3], middle.entries[3], large.entries[3]);
  std::uint16_t* first = out.parts + row * kParts * width + column;
  *reinterpret_cast<FourParts*>(first) = small;
  *reinterpret_cast<FourParts*>(first + width) = middle;
  *reinterpret_cast<FourParts*>(first + 2 * width) = large;
}

__device__ float4 load(const float* x) {
  return *reinterpret_cast<const float4*>(x);
}

/// The sum over the threads of a row, in each of them. @tparam Threads  32, or all of the block
template <int Threads>
__device__ float sum_of_row(float x) {
  for (int distance = 16; distance > 0; distance /= 2) x += __shfl_xor_sync(kWholeWarp, x, distance);
  if constexpr (Threads > 32) {
    __shared__ float of_warps[Threads / 32];
    if (threadIdx.x % 32 == 0) of_warps[threadIdx.x / 32] = x;
    __syncthreads();
    x = 0.0F;
    for (int warp = 0; warp < Threads / 32; ++warp) x += of_warps[warp];
  }
  return x;
}

/// One row for `Threads` threads.
template <int Threads>
__global__ void rms_norm_kernel(const float* x, const float* weight, float epsilon, std::int64_t rows,
                                int width, RowsOut out) {
  const std::int64_t row = std::int64_t{blockIdx.x} * blockDim.y + threadIdx.y;
  if (row >= rows) return;  // a whole warp, or the whole block
  const float* own = x + row * width;
  float squares = 0.0F;
  for (int column = 4 * threadIdx.x; column < width; column += 4 * Threads) {
    const float4 e = load(own + column);
    squares += e.x * e.x + e.y * e.y + e.z * e.z + e.w * e.w;
  }
  const float scale = 1.0F / sqrtf(sum_of_row<Threads>(squares) / static_cast<float>(width) + epsilon);
  for (int column = 4 * threadIdx.x; column < width; column += 4 * Threads) {
    const float4 e = load(own + column);
    const float4 w = load(weight + column);
    store({e.x * scale * w.x, e.y * scale * w.y, e.z * scale * w.z, e.w * scale * w.w}, row, column, width,
          out);
  }
}

__global__ void split_kernel(const float* x, std::int64_t fours, int width, RowsOut out) {
  for (std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x; i < fours;
       i += std::int64_t{gridDim.x} * kThreads) {
    const std::int64_t row = 4 * i / width;
    store(load(x + 4 * i), row, static_cast<int>(4 * i - row * width), width, out);
  }
}

__device__ float gated(float gate, float up) {
  return gate / (1.0F + expf(-gate)) * up;
}

__global__ void gate_kernel(const float* gate, const float* up, std::int64_t fours, int width, RowsOut out) {
  for (std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x; i < fours;
       i += std::int64_t{gridDim.x} * kThreads) {
    const float4 g = load(gate + 4 * i);
    const float4 u = load(up + 4 * i);
    const std::int64_t row = 4 * i / width;
    store({gated(g.x, u.x), gated(g.y, u.y), gated(g.z, u.z), gated(g.w, u.w)}, row,
          static_cast<int>(4 * i - row * width), width, out);
  }
}

__global__ void rotate_kernel(float* heads, const float* cosines, const float* sines, std::int64_t pairs,
                              std::int64_t rows, int count, int half) {
  for (std::int64_t i = std::int64_t{blockIdx.x} * kThreads + threadIdx.x; i < pairs;
       i += std::int64_t{gridDim.x} * kThreads) {
    const std::int64_t head = i / half;  // of all copies and rows
    const int j = static_cast<int>(i - head * half);
    const std::int64_t angle = head / count % rows * half + j;
    float* own = heads + head * 2 * half + j;
    const float first = own[0], second = own[half];
    const float cosine = cosines[angle], sine = sines[angle];
    own[0] = first * cosine - second * sine;
    own[half] = second * cosine + first * sine;
  }
}

__global__ void coalition_inputs_kernel(const float* present, const float* absent, const float* base,
                                        const std::int64_t* coalitions, int players, std::int64_t entries,
                                        float* out) {
  const std::int64_t coalition = coalitions[blockIdx.y];
  for (std::int64_t i = 4 * (std::int64_t{blockIdx.x} * kThreads + threadIdx.x); i < entries;
       i += std::int64_t{4} * gridDim.x * kThreads) {
    float4 sum = load(base + i);
    for (int player = 0; player < players; ++player) {
      const float* gives = (coalition >> player & 1) != 0 ? present : absent;
      if (gives == nullptr) continue;
      const float4 e = load(gives + player * entries + i);
      sum = {sum.x + e.x, sum.y + e.y, sum.z + e.z, sum.w + e.w};
    }
    *reinterpret_cast<float4*>(out + blockIdx.y * entries + i) = sum;
  }
}

// ---- attention

/// A block's threads are a square of 16 by 16: thread (a, b) has rows a, a + 16, ... and columns b, b + 16,
/// ...
constexpr int kSide = 16;

/// Sizes of a block: M query rows (positions times the heads of a player), N keys at a time.
template <int HeadSize, int RowsOfThread>
struct Tile {
  static constexpr int kRows = kSide * RowsOfThread;
  static constexpr int kKeysOfThread = HeadSize > 64 ? 2 : 4;
  static constexpr int kKeys = kSide * kKeysOfThread;
  static constexpr int kColumnsOfThread = (HeadSize + kSide - 1) / kSide;
  // One more entry a line, so that lines of threads that write columns meet different banks.
  float q[HeadSize][kRows + 1];
  float k[HeadSize][kKeys + 1];
  float v[kKeys][HeadSize];
  float p[kKeys][kRows + 1];
};

__device__ float max_of_row(float x) {
  for (int distance = kSide / 2; distance > 0; distance /= 2)
    x = fmaxf(x, __shfl_xor_sync(kWholeWarp, x, distance));
  return x;
}

__device__ float sum_of_half_warp(float x) {
  for (int distance = kSide / 2; distance > 0; distance /= 2) x += __shfl_xor_sync(kWholeWarp, x, distance);
  return x;
}

/// Softmax(scale q k) v of a tile's queries, keys met in groups with a running maximum and sum ("online
/// softmax", Milakov and Gimelshein 2018; FlashAttention, Dao et al. 2022, algorithm 1).
template <int HeadSize, int RowsOfThread>
__global__ void __launch_bounds__(kThreads) attention_kernel(AttentionCall call, float scale) {
  using T = Tile<HeadSize, RowsOfThread>;
  T& tile = *reinterpret_cast<T*>(shared_memory());
  const AttentionTile own = call.tiles[blockIdx.x];
  const int player = blockIdx.y;
  const std::int64_t copy = blockIdx.z;
  const int per_player = call.query_heads / call.kv_heads;
  const int a = threadIdx.x / kSide, b = threadIdx.x % kSide;
  const int rows = own.queries * per_player;
  const int keys = own.position + own.queries;  // of the last query
  // Row i: head i % per_player of position own.position + i / per_player.
  const auto place_of = [&](int i) {
    const std::int64_t query = copy * call.query_rows + own.query_row + i / per_player;
    return (query * call.query_heads + player * per_player + i % per_player) * HeadSize;
  };

  for (int e = threadIdx.x; e < T::kRows * HeadSize; e += kThreads) {
    const int i = e / HeadSize, d = e % HeadSize;
    tile.q[d][i] = i < rows ? call.q[place_of(i) + d] : 0.0F;
  }
  int position[RowsOfThread];
  float scale_of[RowsOfThread], most[RowsOfThread], sum[RowsOfThread];
  float mixed[RowsOfThread][T::kColumnsOfThread] = {};
  for (int m = 0; m < RowsOfThread; ++m) {
    const int i = a + kSide * m;
    position[m] = own.position + i / per_player;
    const float of_head =
        call.score_scale == nullptr ? 1.0F : call.score_scale[player * per_player + i % per_player];
    scale_of[m] = scale * of_head;
    most[m] = -INFINITY;
    sum[m] = 0.0F;
  }

  int first = call.window == 0 ? 0 : max(0, own.position - call.window + 1);
  for (; first < keys; first += T::kKeys) {
    __syncthreads();
    for (int e = threadIdx.x; e < T::kKeys * HeadSize; e += kThreads) {
      const int n = e / HeadSize, d = e % HeadSize, key = first + n;
      const std::int64_t row =
          copy * call.key_rows + (key < own.prefix ? key : own.own_row + key - own.prefix);
      const std::int64_t place = (row * call.kv_heads + player) * HeadSize + d;
      tile.k[d][n] = key < keys ? call.k[place] : 0.0F;
      tile.v[n][d] = key < keys ? call.v[place] : 0.0F;
    }
    __syncthreads();

    float score[RowsOfThread][T::kKeysOfThread] = {};
#pragma unroll 8
    for (int d = 0; d < HeadSize; ++d) {
      float q[RowsOfThread], k[T::kKeysOfThread];
      for (int m = 0; m < RowsOfThread; ++m) q[m] = tile.q[d][a + kSide * m];
      for (int n = 0; n < T::kKeysOfThread; ++n) k[n] = tile.k[d][b + kSide * n];
      for (int m = 0; m < RowsOfThread; ++m)
        for (int n = 0; n < T::kKeysOfThread; ++n) score[m][n] += q[m] * k[n];
    }
    for (int m = 0; m < RowsOfThread; ++m) {
      float highest = most[m];
      for (int n = 0; n < T::kKeysOfThread; ++n) {
        const int key = first + b + kSide * n;
        const bool seen =
            key <= position[m] && (call.window == 0 || key > position[m] - call.window) && key < keys;
        score[m][n] = seen ? score[m][n] * scale_of[m] : -INFINITY;
        highest = fmaxf(highest, score[m][n]);
      }
      highest = max_of_row(highest);
      // No key seen so far: nothing to rescale, and nothing to add.
      const float before = highest == -INFINITY ? 1.0F : expf(most[m] - highest);
      float added = 0.0F;
      for (int n = 0; n < T::kKeysOfThread; ++n) {
        const float share = score[m][n] == -INFINITY ? 0.0F : expf(score[m][n] - highest);
        tile.p[b + kSide * n][a + kSide * m] = share;
        added += share;
      }
      sum[m] = sum[m] * before + sum_of_half_warp(added);
      most[m] = highest;
      for (int c = 0; c < T::kColumnsOfThread; ++c) mixed[m][c] *= before;
    }
    __syncthreads();

#pragma unroll 4
    for (int n = 0; n < T::kKeys; ++n) {
      float p[RowsOfThread], v[T::kColumnsOfThread];
      for (int m = 0; m < RowsOfThread; ++m) p[m] = tile.p[n][a + kSide * m];
      for (int c = 0; c < T::kColumnsOfThread; ++c)
        v[c] = b + kSide * c < HeadSize ? tile.v[n][b + kSide * c] : 0.0F;
      for (int m = 0; m < RowsOfThread; ++m)
        for (int c = 0; c < T::kColumnsOfThread; ++c) mixed[m][c] += p[m] * v[c];
    }
  }

  for (int m = 0; m < RowsOfThread; ++m) {
    const int i = a + kSide * m;
    if (i >= rows) continue;
    const std::int64_t place = place_of(i);
    for (int c = 0; c < T::kColumnsOfThread; ++c)
      if (b + kSide * c < HeadSize) call.out[place + b + kSide * c] = mixed[m][c] / sum[m];
  }
}

}  // namespace
}  // namespace harsanyi::gpu
