// Functions of one row whose bits must depend neither on the other rows nor on the number of threads.

#include <vector>

#include <gtest/gtest.h>

#include "tests/support/random_tensors.hpp"
#include "worker/model/rope.hpp"
#include "worker/model/silu.hpp"

namespace harsanyi {
namespace {

TEST(SiluOfRows, IsThatOfEachRowAlone) {
  for (const int width : {1, 40, 61, 64, 1536}) {
    const at::Tensor x = random_normal({97, width}).mul_(4);
    at::set_num_threads(1);
    const at::Tensor all = silu_of_rows(x);
    EXPECT_TRUE(all.allclose(x / (1 + (-x).exp()), 1e-5, 1e-6));
    for (int row = 0; row < 97; row += 8)
      EXPECT_TRUE(silu_of_rows(x.narrow(0, row, 1)).equal(all.narrow(0, row, 1))) << "width " << width;
    for (const int threads : {2, 3}) {
      at::set_num_threads(threads);
      EXPECT_TRUE(silu_of_rows(x).equal(all)) << "width " << width << ", " << threads << " threads";
    }
  }
}

TEST(RotaryTable, IsThatOfEachPositionAlone) {
  ModelConfig config;
  config.shape.head_size = 10;
  const at::Tensor frequencies = rotary_frequencies(config);
  const std::vector<std::int64_t> positions{0, 1, 2, 700, 3, 4, 5};
  const RotaryTable all = rotary_table(frequencies, positions);
  for (std::size_t row = 0; row < positions.size(); ++row) {
    const RotaryTable alone = rotary_table(frequencies, std::span{positions}.subspan(row, 1));
    EXPECT_TRUE(alone.cos_R1D.equal(all.cos_R1D.narrow(0, static_cast<std::int64_t>(row), 1)));
    EXPECT_TRUE(alone.sin_R1D.equal(all.sin_R1D.narrow(0, static_cast<std::int64_t>(row), 1)));
  }
}

}  // namespace
}  // namespace harsanyi
