// What a group of ranks computes together, beside what one rank computes alone: by threads, by MPI, and on
// GPUs where HARSANYI_TEST_DEVICE=gpu says so (tests/gpu/groups.sh).

#include <algorithm>
#include <functional>

#include <gtest/gtest.h>

#include "partition/plan/tensor_shard.hpp"
#include "tests/comm/group_ranks.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"
#include "tests/support/test_device.hpp"
#include "worker/engine/engine.hpp"
#include "worker/parallel/worker_group.hpp"

namespace harsanyi {
namespace {

constexpr double kLogits = 1e-4;
constexpr double kValues = 2e-4;
constexpr std::chrono::seconds kLimit{100};

test::RandomModel model_of(const char* family, int query_heads, int kv_heads) {
  test::RandomModel model;
  model.family = family;
  model.shape.query_heads = query_heads;
  model.shape.kv_heads = kv_heads;
  return model;
}

DeviceChoice device() {
  return test::device_under_test(DeviceChoice::cpu);
}

/// Families, and heads that a group divides with and without a rest.
std::vector<test::RandomModel> models() {
  std::vector<test::RandomModel> all{model_of("llama", 16, 8), model_of("llama", 9, 3),
                                     model_of("qwen2", 14, 2), model_of("mistral", 8, 4),
                                     model_of("qwen3", 8, 4)};
  all[0].dtype = "BF16";
  all[1].dtype = "BF16";
  all[1].shape.tied_embeddings = true;
  all[2].shards = 2;
  all[3].sliding_window = 5;
  // Threads and GPUs have all. Processes on CPUs differ from threads in the link alone, and may be more than
  // the cores: no table of eight players, and each family but one.
  if (ranks_are_processes() && device() != DeviceChoice::gpu) all = {all[1], all[2], all[3]};
  return all;
}

std::vector<Prompt> prompts() {
  return {{{1, 9, 4, 7, 30, 2, 44}, {3, 11, 60}, 0, {{5, 6}, {17, 2, 9}}},
          {{1, 9, 4, 7, 60}, {3, 11, 60}, 1, {{8}, {1, 1}}},
          {{1, 9, 4, 7, 12, 13, 14, 15, 16, 17}, {3, 11, 60}, 2, {{4, 4}, {50}}}};
}

std::vector<double> wide(const std::vector<float>& values) {
  return {values.begin(), values.end()};
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b, double tolerance) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) ASSERT_NEAR(a[i], b[i], tolerance) << "entry " << i;
}

/// One model on one rank and on a group.
struct Pair {
  Pair(LinkedGroup& ranks, const test::RandomModel& model, WeightStorage weights = WeightStorage::widened)
      : group{ranks}, shape{model.shape} {
    test::write_random_model(folder.path(), model);
    alone = load_engine(folder.path(), options(weights, nullptr));
    together = load_engine(folder.path(), options(weights, &group));
  }

  [[nodiscard]] EngineOptions options(WeightStorage weights, WorkerGroup* of_group) const {
    return {.threads = 1,
            .weights = weights,
            .device = device(),
            .rank_on_node = group.rank(),
            .group = of_group};
  }

  [[nodiscard]] SweepUnit whole_table() const {
    return {{0}, {0, shape.layers}, {0, coalition_count(shape.kv_heads)}, {0, 3}};
  }
  /// The same bits on every rank.
  void expect_same_on_all(const std::vector<double>& values) const {
    const auto bytes = std::as_bytes(std::span{values});
    const std::vector<std::byte> all = group.gather(bytes);
    for (int r = 0; r < group.size(); ++r)
      EXPECT_TRUE(
          std::equal(bytes.begin(), bytes.end(),
                     all.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(r) * bytes.size())));
  }

  LinkedGroup& group;
  ModelShape shape;
  test::TempFolder folder;
  std::unique_ptr<Engine> alone;
  std::unique_ptr<Engine> together;
};

/// `body` for every model that the group can hold, on every rank.
void with_every_model(const std::function<void(Pair&)>& body) {
  on_every_group_rank([&](std::unique_ptr<GroupLink> link) {
    LinkedGroup group{std::move(link), kLimit};
    for (const test::RandomModel& model : models()) {
      const auto sizes = tensor_parallel_sizes(model.shape, group.size());
      if (sizes.back() != group.size()) continue;
      SCOPED_TRACE(testing::Message() << model.family << " of " << model.shape.kv_heads << " players on "
                                      << group.size() << " ranks");
      Pair pair{group, model};
      body(pair);
    }
  });
}

Calibration calibration() {
  return {.alpha = 0.05, .edited_heads = {{0, 2}, {}, {1, 3, 7}}};
}

TEST(GroupEngine, ForwardPasses) {
  with_every_model([](Pair& pair) {
    const LayerMask mask{LayerId{1}, Coalition{1}, MaskKind::undifferentiated, 1e-5};
    const ForwardRequest everything{.all_positions = true, .hidden = true, .attention = true};
    for (const Intervention& edit : {Intervention{}, Intervention{.mask = mask, .calibration = {}},
                                     Intervention{.mask = {}, .calibration = calibration()}}) {
      const auto tokens = prompts().front().tokens;
      const ForwardOutput a = pair.alone->forward(tokens, edit, everything);
      const ForwardOutput b = pair.together->forward(tokens, edit, everything);
      expect_near(wide(a.logits), wide(b.logits), kLogits);
      expect_near(wide(a.hidden), wide(b.hidden), kLogits);
      expect_near(wide(a.attention), wide(b.attention), kLogits);
      pair.expect_same_on_all(wide(b.logits));
    }
  });
}

TEST(GroupEngine, Values) {
  with_every_model([](Pair& pair) {
    const auto samples = prompts();
    for (const MaskKind mask : {MaskKind::undifferentiated, MaskKind::uniform, MaskKind::drop})
      for (const ValueKind kind : {ValueKind::label_set, ValueKind::full_vocabulary}) {
        const GameRules rules{mask, uses_epsilon(mask) ? 1e-5 : 0.0, kind};
        const auto values = pair.together->values(pair.whole_table(), samples, rules);
        expect_near(pair.alone->values(pair.whole_table(), samples, rules), values, kValues);
        pair.expect_same_on_all(values);
      }
  });
}

TEST(GroupEngine, ValuesHaveTheSameBitsInEveryRun) {
  with_every_model([](Pair& pair) {
    const auto samples = prompts();
    const auto again = load_engine(pair.folder.path(), pair.options(WeightStorage::widened, &pair.group));
    EXPECT_EQ(pair.together->values(pair.whole_table(), samples, {}),
              again->values(pair.whole_table(), samples, {}));
    again->forget();
    EXPECT_EQ(pair.together->values(pair.whole_table(), samples, {}),
              again->values(pair.whole_table(), samples, {}));
  });
}

TEST(GroupEngine, Answers) {
  with_every_model([](Pair& pair) {
    const auto samples = prompts();
    const Calibration edits = calibration();
    for (const Calibration* edit : {static_cast<const Calibration*>(nullptr), &edits}) {
      const auto a = pair.alone->answers(samples, edit, AnswerScope::vocabulary);
      const auto b = pair.together->answers(samples, edit, AnswerScope::vocabulary);
      for (std::size_t i = 0; i < samples.size(); ++i) {
        expect_near(a[i].label_logits, b[i].label_logits, kLogits);
        EXPECT_EQ(a[i].token, b[i].token);
        EXPECT_NEAR(a[i].logsumexp, b[i].logsumexp, kLogits);
      }
    }
  });
}

TEST(GroupEngine, LogLikelihoods) {
  with_every_model([](Pair& pair) {
    const auto samples = prompts();
    const Calibration edits = calibration();
    for (const Calibration* edit : {static_cast<const Calibration*>(nullptr), &edits})
      expect_near(pair.alone->log_likelihoods(samples, edit), pair.together->log_likelihoods(samples, edit),
                  kValues);
  });
}

TEST(GroupEngine, Texts) {
  with_every_model([](Pair& pair) {
    const auto samples = prompts();
    const GenerationRules rules{.max_new_tokens = 6, .end_tokens = {}};
    for (const DecodeCalibration mode : {DecodeCalibration::running, DecodeCalibration::prefill_only}) {
      Intervention edit{.mask = {}, .calibration = calibration()};
      edit.calibration->decoding = mode;
      EXPECT_EQ(pair.alone->generate(samples, edit, rules), pair.together->generate(samples, edit, rules));
    }
    EXPECT_EQ(pair.alone->generate(samples, {}, rules), pair.together->generate(samples, {}, rules));
  });
}

TEST(GroupEngine, WeightsAsStored) {
  on_every_group_rank([](std::unique_ptr<GroupLink> link) {
    LinkedGroup group{std::move(link), kLimit};
    const test::RandomModel model = models().front();
    if (tensor_parallel_sizes(model.shape, group.size()).back() != group.size()) return;
    Pair pair{group, model, WeightStorage::stored};
    expect_near(pair.alone->values(pair.whole_table(), prompts(), {}),
                pair.together->values(pair.whole_table(), prompts(), {}), kValues);
  });
}

TEST(GroupEngine, TwoSumsPerLayerAndDirection) {
  if (device() == DeviceChoice::gpu) GTEST_SKIP() << "the group counts sums of host memory";
  with_every_model([](Pair& pair) {
    if (pair.group.size() == 1) return;
    const std::int64_t before = pair.group.traffic().sums;
    (void)pair.together->forward(prompts().front().tokens, {}, {});
    // The embedding, two of each layer, and the logits.
    EXPECT_EQ(pair.group.traffic().sums - before, 1 + 2 * pair.shape.layers + 1);

    const std::int64_t before_unit = pair.group.traffic().sums;
    const SweepUnit bottom{{0}, {0, 1}, {0, 2}, {0, 1}};  // two coalitions, one batch
    (void)pair.together->values(bottom, prompts(), {});
    // The trunk up to the last MLP; the players of the game layer and its MLP; two of each layer above; the
    // last MLP's are of the continuations alone; the labels' logits.
    EXPECT_EQ(pair.group.traffic().sums - before_unit,
              (1 + 2 * pair.shape.layers - 1) + 2 + 2 * (pair.shape.layers - 1) + 1);
  });
}

}  // namespace
}  // namespace harsanyi
