#include "orchestrator/records/verify.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "orchestrator/job/layer_means.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class Verify : public testing::Test {
 protected:
  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "cube.h5";
  CubeDescription description_ = small_cube();

  /// With the means of `summaries` in place of those of its values.
  void make(const std::function<void(std::vector<LayerSummary>&)>& change = {}) const {
    DividendCube::make(file_, description_, false, [&](DividendCube& cube) {
      cube.store(all_blocks(description_.plan));
      auto means = layer_means(cube);
      if (change) change(means);
      cube.complete_with(means);
    });
  }
  [[nodiscard]] Verification found() const { return verify(DividendCube::open(file_)); }
};

TEST_F(Verify, FindsNothingInASoundCube) {
  make();
  EXPECT_TRUE(found().sound());
  EXPECT_EQ(verification_text(found()), "every finished unit matches its checksum\n");
}

TEST_F(Verify, FindsMeansThatAreNotThoseOfTheValues) {
  make([](auto& means) {
    means[0].value_mean[1] += 1e-9;
    means[2].samples = 6;
  });
  EXPECT_THAT(found().wrong_means, ElementsAre(LayerId{0}, LayerId{2}));
  EXPECT_THAT(verification_text(found()), HasSubstr("means of layers 0, 2"));
}

TEST_F(Verify, TakesMeansThatAreRoundedAnotherWay) {
  make([](auto& means) { means[1].dividend_mean[2] *= 1.0 + 1e-15; });
  EXPECT_TRUE(found().sound());
}

TEST_F(Verify, NamesDamagedUnitsByTheirPlace) {
  make();
  std::string content = content_of(file_);
  const double value = value_at(2, 5, 2);
  const auto at = content.find(std::string_view{reinterpret_cast<const char*>(&value), sizeof value});
  ASSERT_NE(at, std::string::npos);
  content[at] = static_cast<char>(content[at] ^ 1);
  write_content(file_, content);
  const Verification damage = found();
  ASSERT_EQ(damage.damaged.size(), 1U);
  const auto& unit = description_.plan.units[static_cast<std::size_t>(damage.damaged[0].index())];
  EXPECT_TRUE(unit.layers.contains(LayerId{2}) && unit.samples.contains(SampleId{5}) &&
              unit.coalitions.contains(Coalition{2}));
  EXPECT_THAT(damage.places[0], HasSubstr("(layers 2-2, coalitions 2-3, samples 5-6)"));
}

}  // namespace
}  // namespace harsanyi::test
