// The kernels of GPUs themselves, their blocks of threads played by the CPU, beside plain loops
// (host_kernels.hpp).

#include <random>
#include <vector>

#include <gtest/gtest.h>

#include "tests/support/block_on_cpu.hpp"
#include "tests/support/host_kernels.hpp"
#include "worker/model/gpu/kernels.hpp"

namespace harsanyi::gpu {
namespace {

alignas(16) unsigned char block_memory[256 * 1024];
unsigned char* shared_memory() {
  return block_memory;
}

}  // namespace
}  // namespace harsanyi::gpu

#include "worker/model/gpu/kernels.cuh"

namespace harsanyi {
namespace {

using gpu::RowsOut;
using test::host_kernels;
using test::launch;

constexpr unsigned kThreads = gpu::kThreads;
constexpr float kPoison = 12345.0F;

std::vector<float> random(std::size_t size) {
  static std::mt19937 generator{20262};
  std::normal_distribution<float> normal;
  std::vector<float> numbers(size);
  for (float& number : numbers) number = normal(generator);
  return numbers;
}

void expect_near(const std::vector<float>& a, const std::vector<float>& b, float tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "entry " << i;
}

/// Runs both forms of one function with rows, and with parts that add up to them.
template <class Ours, class Theirs>
void expect_same_rows(std::size_t rows, std::size_t width, const Ours& ours, const Theirs& theirs,
                      float tolerance) {
  std::vector<float> a(rows * width, kPoison), b(rows * width);
  ours(RowsOut{a.data(), nullptr});
  theirs(RowsOut{b.data(), nullptr});
  expect_near(a, b, tolerance);
  std::vector<std::uint16_t> parts(gpu::kParts * rows * width, 0x7FC0);  // not numbers
  ours(RowsOut{nullptr, parts.data()});
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < width; ++column) {
      float sum = 0.0F;
      for (std::size_t part = 0; part < gpu::kParts; ++part)
        sum += __bfloat162float({parts[(row * gpu::kParts + part) * width + column]});
      ASSERT_EQ(sum, a[row * width + column]) << "row " << row << ", column " << column;
    }
}

TEST(GpuKernels, NormsAreThoseOfLoops) {
  for (const auto& [rows, width] : {std::pair{19, 64}, std::pair{3, 1028}}) {
    const auto x = random(static_cast<std::size_t>(rows * width));
    const auto weight = random(static_cast<std::size_t>(width));
    expect_same_rows(
        static_cast<std::size_t>(rows), static_cast<std::size_t>(width),
        [&, rows = rows, width = width](RowsOut out) {
          const auto count = static_cast<unsigned>(rows);
          if (width <= 1024)
            launch({(count + 7) / 8}, {32, 8}, gpu::rms_norm_kernel<32>, x.data(), weight.data(), 1e-5F,
                   std::int64_t{rows}, width, out);
          else
            launch({count}, {kThreads, 1}, gpu::rms_norm_kernel<kThreads>, x.data(), weight.data(), 1e-5F,
                   std::int64_t{rows}, width, out);
        },
        [&, rows = rows, width = width](RowsOut out) {
          host_kernels().rms_norm(0, x.data(), weight.data(), 1e-5F, rows, width, out);
        },
        4e-6F);
  }
}

TEST(GpuKernels, GatesAreThoseOfLoops) {
  constexpr int kRows = 5, kWidth = 212;
  const auto gates = random(kRows * kWidth), ups = random(kRows * kWidth);
  expect_same_rows(
      kRows, kWidth,
      [&](RowsOut out) {
        launch({1}, {kThreads}, gpu::gate_kernel, gates.data(), ups.data(), std::int64_t{kRows * kWidth / 4},
               kWidth, out);
      },
      [&](RowsOut out) { host_kernels().gate(0, gates.data(), ups.data(), kRows, kWidth, out); }, 1e-6F);
}

TEST(GpuKernels, PartsAreThoseOfLoops) {
  constexpr int kRows = 7, kWidth = 68;
  auto x = random(kRows * kWidth);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::ldexp(x[i], static_cast<int>(i % 41) - 20);
  std::vector<std::uint16_t> ours(gpu::kParts * x.size()), theirs(ours.size());
  launch({2}, {kThreads}, gpu::split_kernel, x.data(), std::int64_t{kRows * kWidth / 4}, kWidth,
         RowsOut{nullptr, ours.data()});
  host_kernels().split(0, x.data(), kRows, kWidth, theirs.data());
  EXPECT_EQ(ours, theirs);
}

TEST(GpuKernels, RotationsAreThoseOfLoops) {
  constexpr int kCopies = 2, kRows = 9, kHeads = 3, kSize = 24;
  auto ours = random(kCopies * kRows * kHeads * kSize);
  auto theirs = ours;
  const auto cosines = random(kRows * kSize / 2), sines = random(kRows * kSize / 2);
  launch({3}, {kThreads}, gpu::rotate_kernel, ours.data(), cosines.data(), sines.data(),
         std::int64_t{kCopies * kRows * kHeads * kSize / 2}, std::int64_t{kRows}, kHeads, kSize / 2);
  host_kernels().rotate(0, theirs.data(), cosines.data(), sines.data(), kCopies, kRows, kHeads, kSize);
  expect_near(ours, theirs, 1e-6F);
}

TEST(GpuKernels, InputsOfCoalitionsAreThoseOfLoops) {
  constexpr std::int64_t kEntries = 1100;
  const std::vector<std::int64_t> coalitions{0b000, 0b101, 0b111};
  const auto present = random(3 * kEntries), absent = random(3 * kEntries), base = random(kEntries);
  for (const float* gives : {absent.data(), static_cast<const float*>(nullptr)}) {
    std::vector<float> ours(coalitions.size() * kEntries, kPoison), theirs(ours.size());
    launch({2, 3}, {kThreads}, gpu::coalition_inputs_kernel, present.data(), gives, base.data(),
           coalitions.data(), 3, kEntries, ours.data());
    host_kernels().coalition_inputs(0, present.data(), gives, base.data(), coalitions.data(), 3, 3, kEntries,
                                    theirs.data());
    EXPECT_EQ(ours, theirs);
  }
}

struct Heads {
  int query_heads, kv_heads;
};

/// Two prompts of 3 and of more own rows than a tile has positions, behind a prefix; their last rows alone,
/// or all.
template <int HeadSize, int RowsOfThread>
void attention_is_that_of_loops(const Heads& heads, bool last_rows) {
  constexpr int kCopies = 2, kPrefix = 37;
  const int per_player = heads.query_heads / heads.kv_heads;
  const int positions = gpu::positions_of_tile(HeadSize, per_player, last_rows);
  ASSERT_GT(positions, 0);
  const int long_rows = last_rows ? 50 : positions + 5;
  std::vector<gpu::AttentionTile> tiles;
  const auto cut = [&](int first_row, int rows, int prefix) {
    for (int done = 0; done < rows; done += positions)
      tiles.push_back({first_row + done, std::min(positions, rows - done), prefix + done, first_row, prefix});
  };
  if (last_rows) {
    tiles = {{0, 1, kPrefix + 2, kPrefix, kPrefix}, {1, 1, kPrefix + long_rows - 1, kPrefix + 3, kPrefix}};
  } else {
    cut(0, kPrefix, 0);
    cut(kPrefix, 3, kPrefix);
    cut(kPrefix + 3, long_rows, kPrefix);
  }
  const int rows = kPrefix + 3 + long_rows;
  const int queries = last_rows ? 2 : rows;
  const auto size = [](int count, int of) {
    return static_cast<std::size_t>(kCopies * count * of * HeadSize);
  };
  const auto q = random(size(queries, heads.query_heads)), k = random(size(rows, heads.kv_heads)),
             v = random(size(rows, heads.kv_heads));
  const auto scale = random(static_cast<std::size_t>(heads.query_heads));
  for (const int window : {0, 6, 60}) {
    SCOPED_TRACE(window);
    std::vector<float> ours(q.size(), kPoison), theirs(q.size());
    gpu::AttentionCall call{.q = q.data(),
                            .k = k.data(),
                            .v = v.data(),
                            .score_scale = window == 6 ? scale.data() : nullptr,
                            .out = ours.data(),
                            .tiles = tiles.data(),
                            .tile_count = static_cast<int>(tiles.size()),
                            .copies = kCopies,
                            .query_rows = queries,
                            .key_rows = rows,
                            .query_heads = heads.query_heads,
                            .kv_heads = heads.kv_heads,
                            .head_size = HeadSize,
                            .window = window,
                            .last_rows = last_rows};
    static_assert(sizeof(gpu::Tile<HeadSize, RowsOfThread>) <= sizeof gpu::block_memory);
    launch({static_cast<unsigned>(tiles.size()), static_cast<unsigned>(heads.kv_heads), kCopies}, {kThreads},
           gpu::attention_kernel<HeadSize, RowsOfThread>, call,
           static_cast<float>(1.0 / std::sqrt(HeadSize)));
    call.out = theirs.data();
    ASSERT_EQ(host_kernels().attention(0, call), nullptr);
    expect_near(ours, theirs, 4e-6F);
  }
}

TEST(GpuKernels, AttentionIsThatOfLoops) {
  attention_is_that_of_loops<8, 4>({6, 3}, false);
  attention_is_that_of_loops<16, 4>({2, 2}, false);
  attention_is_that_of_loops<32, 4>({4, 2}, false);
  attention_is_that_of_loops<64, 4>({3, 1}, false);
  attention_is_that_of_loops<128, 4>({4, 1}, false);
}

TEST(GpuKernels, AttentionOfLastRowsIsThatOfLoops) {
  attention_is_that_of_loops<8, 1>({6, 3}, true);
  attention_is_that_of_loops<32, 1>({4, 2}, true);
  attention_is_that_of_loops<64, 1>({3, 1}, true);
  attention_is_that_of_loops<128, 1>({16, 1}, true);
  attention_is_that_of_loops<64, 4>({20, 1}, true);  // more heads of a player than a small tile has rows
}

}  // namespace
}  // namespace harsanyi
