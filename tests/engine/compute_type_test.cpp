#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/engine/engine.hpp"
#include "worker/engine/product_speed.hpp"
#include "worker/model/weights.hpp"

namespace harsanyi {
namespace {

class ComputeTypes : public testing::Test {
 protected:
  void SetUp() override {
    model_.dtype = "BF16";
    model_.shape.tied_embeddings = true;
    test::write_random_model(folder_.path(), model_);
  }
  [[nodiscard]] std::unique_ptr<Engine> engine(ComputeType compute, WeightStorage weights) const {
    return load_engine(folder_.path(), {.threads = 1, .compute = compute, .weights = weights});
  }
  [[nodiscard]] std::vector<double> values(Engine& engine) const {
    const SweepUnit unit{UnitId{0}, {0, 3}, {0, 8}, {0, 2}};
    return engine.values(unit, prompts_, {});
  }

  test::TempFolder folder_;
  test::RandomModel model_;
  std::vector<Prompt> prompts_{{{1, 5, 9, 2, 44, 30, 7}, {3, 8}, 0}, {{1, 5, 60}, {8, 12}, 1}};
};

TEST_F(ComputeTypes, StoredAndWidenedWeightsGiveTheSameBits) {
  for (const ComputeType type : {ComputeType::float32, ComputeType::bfloat16, ComputeType::float16}) {
    const auto widened = engine(type, WeightStorage::widened);
    const auto stored = engine(type, WeightStorage::stored);
    EXPECT_EQ(values(*stored), values(*widened));
    EXPECT_EQ(stored->forward(prompts_[0].tokens, {}, {}).logits,
              widened->forward(prompts_[0].tokens, {}, {}).logits);
    const GenerationRules rules{.max_new_tokens = 20, .end_tokens = {}};
    EXPECT_EQ(stored->generate(prompts_, {}, rules), widened->generate(prompts_, {}, rules));
    EXPECT_EQ(stored->numerics().compute_dtype, name_of(type));
  }
}

TEST_F(ComputeTypes, NarrowProductsGiveNearlyTheSameLogitsAndValues) {
  const auto wide = engine(ComputeType::float32, WeightStorage::widened);
  const auto logits = wide->forward(prompts_[0].tokens, {}, {}).logits;
  for (const auto& [type, tolerance] :
       {std::pair{ComputeType::bfloat16, 0.1}, std::pair{ComputeType::float16, 0.01}}) {
    const auto narrow = engine(type, WeightStorage::widened);
    const auto near = narrow->forward(prompts_[0].tokens, {}, {}).logits;
    ASSERT_EQ(near.size(), logits.size());
    double largest = 0.0;
    for (std::size_t i = 0; i < logits.size(); ++i)
      largest = std::max(largest, std::abs(static_cast<double>(near[i]) - logits[i]));
    EXPECT_LT(largest, tolerance);
    EXPECT_GT(largest, 0.0) << "nothing was rounded";
    const auto of_wide = values(*wide);
    const auto of_narrow = values(*narrow);
    for (std::size_t i = 0; i < of_wide.size(); ++i) EXPECT_NEAR(of_narrow[i], of_wide[i], 2 * tolerance);
  }
}

TEST_F(ComputeTypes, StoredHalfWidthWeightsTakeHalfTheMemory) {
  const ModelConfig config = read_model_config(folder_.path());
  const auto widened = bytes_of(load_weights(folder_.path(), config, WeightStorage::widened));
  const auto stored = bytes_of(load_weights(folder_.path(), config, WeightStorage::stored));
  const auto norms =
      std::int64_t{4} * (2 * config.shape.layers + 1) * config.shape.hidden;  // float32 in both
  EXPECT_EQ(widened, 4 * config.shape.parameters() + norms);
  EXPECT_EQ(stored, 2 * config.shape.parameters() + norms);
}

TEST(ProductSpeed, IsMeasuredInEveryType) {
  for (const ComputeType type : {ComputeType::float32, ComputeType::bfloat16, ComputeType::float16})
    EXPECT_GT(product_speed(type, 1), 1e6) << name_of(type);
}

}  // namespace
}  // namespace harsanyi
