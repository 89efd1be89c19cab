#include "worker/intervention/calibration.hpp"

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_tensors.hpp"

namespace harsanyi {
namespace {

using Map = std::vector<std::vector<double>>;  // [N][N]

/// Random causal maps [C, H, N, N], float64, some columns heavy so that tokens are focused.
at::Tensor random_maps(int copies, int heads, int tokens) {
  const at::Tensor scores = random_uniform({copies, heads, tokens, tokens}, at::kDouble).pow(6).tril();
  return scores / scores.sum(-1, true);
}

/// GAC, Eq. 9-12, entry by entry.
Map calibrated_by_loops(const Map& map, double alpha, double beta, Redistribution rule) {
  const std::size_t n = map.size();
  std::vector<bool> focused(n, false);
  for (std::size_t token = 1; token < n; ++token) {
    double sum = 0.0;
    for (std::size_t row = token; row < n; ++row) sum += map[row][token];
    focused[token] = sum / static_cast<double>(n - token) > alpha;
  }
  Map result = map;
  for (std::size_t row = 0; row < n; ++row) {
    double freed = 0.0;
    double others = 0.0;
    int receivers = 0;
    for (std::size_t token = 0; token <= row; ++token) {
      if (focused[token]) {
        freed += (1.0 - beta) * map[row][token];
      } else {
        others += map[row][token];
        ++receivers;
      }
    }
    if (others == 0.0) continue;
    for (std::size_t token = 0; token <= row; ++token) {
      if (focused[token])
        result[row][token] = beta * map[row][token];
      else
        result[row][token] +=
            rule == Redistribution::proportional ? freed * map[row][token] / others : freed / receivers;
    }
  }
  return result;
}

Map as_map(const at::Tensor& tensor) {
  const at::Tensor dense = tensor.contiguous();
  const auto n = static_cast<std::size_t>(tensor.size(0));
  Map map(n, std::vector<double>(n));
  for (std::size_t row = 0; row < n; ++row)
    for (std::size_t column = 0; column < n; ++column)
      map[row][column] = dense.const_data_ptr<double>()[row * n + column];
  return map;
}

at::Tensor tensor_of(const Map& map) {
  std::vector<double> flat;
  for (const auto& row : map) flat.insert(flat.end(), row.begin(), row.end());
  const auto n = static_cast<std::int64_t>(map.size());
  return at::tensor(flat, at::kDouble).view({1, 1, n, n});
}

HeadCalibration calibration(double alpha, double beta, Redistribution rule, std::vector<std::int64_t> heads) {
  return {alpha, beta, rule, at::tensor(heads)};
}

TEST(Calibration, EqualsPlainLoopsOnEveryEditedHeadAndLeavesTheOthers) {
  for (const Redistribution rule : {Redistribution::proportional, Redistribution::uniform})
    for (const double alpha : {0.0, 0.05, 0.1, 0.3})
      for (const double beta : {0.0, 0.1, 0.4, 1.0}) {
        const at::Tensor maps = random_maps(2, 4, 9);
        const at::Tensor result = calibrate_heads(maps, calibration(alpha, beta, rule, {1, 3}));
        for (int copy = 0; copy < 2; ++copy)
          for (int head = 0; head < 4; ++head) {
            const Map before = as_map(maps[copy][head]);
            const Map after = as_map(result[copy][head]);
            const Map expected = head % 2 == 1 ? calibrated_by_loops(before, alpha, beta, rule) : before;
            for (std::size_t row = 0; row < 9; ++row)
              for (std::size_t column = 0; column < 9; ++column)
                ASSERT_NEAR(after[row][column], expected[row][column], 1e-12);
          }
      }
}

TEST(Calibration, RowsKeepTheirSum) {
  const at::Tensor maps = random_maps(1, 3, 20);
  const at::Tensor result =
      calibrate_heads(maps, calibration(0.05, 0.1, Redistribution::proportional, {0, 1, 2}));
  EXPECT_TRUE(result.sum(-1).allclose(maps.sum(-1), 1e-12, 1e-12));
  EXPECT_FALSE(result.allclose(maps)) << "nothing was focused: the test shows nothing";
}

TEST(Calibration, HandCaseOfTheActSpecification) {
  // spec act.md section 9, test 3.
  const Map map{{1, 0, 0}, {.2, .8, 0}, {.1, .6, .3}};
  const Map expected{{1, 0, 0}, {.6, .4, 0}, {.175, .3, .525}};
  const at::Tensor average = column_average(tensor_of(map)).flatten();
  EXPECT_NEAR(average[0].item<double>(), 1.3 / 3, 1e-12);
  EXPECT_NEAR(average[1].item<double>(), 0.7, 1e-12);
  EXPECT_NEAR(average[2].item<double>(), 0.3, 1e-12);
  const at::Tensor result =
      calibrate_heads(tensor_of(map), calibration(.5, .5, Redistribution::proportional, {0}));
  EXPECT_TRUE(result.allclose(tensor_of(expected), 1e-12, 1e-12));
}

TEST(Calibration, TheFirstTokenIsNeverFocused) {
  const Map map{{1, 0}, {.95, .05}};
  const at::Tensor result =
      calibrate_heads(tensor_of(map), calibration(0.1, 0.0, Redistribution::proportional, {0}));
  EXPECT_TRUE(result.equal(tensor_of(map)));
}

TEST(Calibration, ARowWithoutReceiversStaysAsItIs) {
  // All of row 1 lies on its own, focused token; the release divides by zero here.
  const Map map{{1, 0}, {0, 1}};
  const at::Tensor result =
      calibrate_heads(tensor_of(map), calibration(0.1, 0.1, Redistribution::proportional, {0}));
  EXPECT_TRUE(result.equal(tensor_of(map)));
}

}  // namespace
}  // namespace harsanyi
