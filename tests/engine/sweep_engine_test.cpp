#include <array>
#include <cmath>
#include <fstream>
#include <new>
#include <random>
#include <utility>

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "partition/game/value.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"
#include "worker/engine/engine.hpp"

namespace harsanyi {
namespace {

// Values of a random float32 model may differ by rounding alone.
constexpr double kTolerance = 2e-4;

/// Prompts that share a prefix of 4 tokens, with 3 labels; lengths differ.
std::vector<Prompt> prompts_with_prefix(int count, int vocabulary) {
  std::mt19937 random{5};
  std::uniform_int_distribution<int> token{0, vocabulary - 1};
  std::vector<Prompt> prompts;
  for (int i = 0; i < count; ++i) {
    Prompt prompt{{1, 9, 4, 7}, {3, 11, 20}, i % 3};
    for (int t = 0; t < 2 + 3 * i; ++t) prompt.tokens.push_back(token(random));
    prompts.push_back(prompt);
  }
  return prompts;
}

/// The published way: one plain forward pass for one (layer, coalition, sample).
double value_by_full_forward(Engine& engine, const Prompt& prompt, LayerId layer, Coalition present,
                             const GameRules& rules) {
  const LayerMask mask{layer, present, rules.mask, rules.epsilon};
  const ForwardOutput out =
      engine.forward(prompt.tokens, {.mask = mask, .calibration = {}}, {.all_positions = false});
  if (rules.value == ValueKind::label_set) {
    std::vector<float> logits;
    for (const auto token : prompt.label_tokens)
      logits.push_back(out.logits[static_cast<std::size_t>(token)]);
    return log_odds_over_labels(logits, prompt.gold);
  }
  const auto gold = static_cast<std::size_t>(prompt.label_tokens[static_cast<std::size_t>(prompt.gold)]);
  double others = 0.0;
  for (std::size_t token = 0; token < out.logits.size(); ++token)
    if (token != gold) others += std::exp(static_cast<double>(out.logits[token]));
  return log_odds_over_vocabulary(out.logits[gold], std::log(others));
}

std::unique_ptr<Engine> engine_of(const test::RandomModel& model, const test::TempFolder& folder) {
  test::write_random_model(folder.path(), model);
  return load_engine(folder.path(), {.threads = 1});
}

struct Case {
  const char* name;
  test::RandomModel model;
  GameRules rules;
};

std::vector<Case> cases() {
  const test::RandomModel llama;
  test::RandomModel qwen{.family = "qwen2", .seed = 2};
  qwen.shape.tied_embeddings = true;
  qwen.shape.query_heads = 8;
  qwen.shape.kv_heads = 2;
  test::RandomModel one_layer{.seed = 3};
  one_layer.shape.layers = 1;
  const test::RandomModel mistral{.family = "mistral", .sliding_window = 4, .seed = 4};
  test::RandomModel qwen3{.family = "qwen3", .seed = 5};
  qwen3.shape.head_size = 16;
  const GameRules drop{.mask = MaskKind::drop, .value = ValueKind::full_vocabulary};
  return {{"Llama", llama, {}},
          {"LlamaDropped", llama, drop},
          {"Qwen2", qwen, {.value = ValueKind::full_vocabulary}},
          {"Qwen2Dropped", qwen, {.mask = MaskKind::drop}},
          {"ExactlyUniform", llama, {.epsilon = 0.0}},
          {"Uniform", llama, {.mask = MaskKind::uniform}},
          {"UniformInWindow", mistral, {.mask = MaskKind::uniform}},
          {"MistralWindow", mistral, {}},
          {"MistralDropped", mistral, drop},
          {"Qwen3", qwen3, {}},
          {"OneLayer", one_layer, {}}};
}

class SweepOf : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override { engine_ = engine_of(GetParam().model, folder_); }
  [[nodiscard]] SweepUnit whole_game(int samples) const {
    const ModelShape& s = GetParam().model.shape;
    return {UnitId{0}, {0, s.layers}, {0, coalition_count(s.kv_heads)}, {0, samples}};
  }

  test::TempFolder folder_;
  std::unique_ptr<Engine> engine_;
};

TEST_P(SweepOf, EqualsOneFullForwardPerLayerCoalitionAndSample) {
  const auto prompts = prompts_with_prefix(3, GetParam().model.shape.vocabulary);
  const SweepUnit unit = whole_game(3);
  const auto values = engine_->values(unit, prompts, GetParam().rules);
  ASSERT_EQ(values.size(), static_cast<std::size_t>(unit.values()));
  std::size_t i = 0;
  for (const LayerId layer : unit.layers)
    for (const SampleId sample : unit.samples)
      for (const Coalition coalition : unit.coalitions)
        EXPECT_NEAR(values[i++],
                    value_by_full_forward(*engine_, prompts[static_cast<std::size_t>(sample.value)], layer,
                                          coalition, GetParam().rules),
                    kTolerance)
            << "layer " << layer.value << " sample " << sample.value << " coalition " << label_of(coalition);
}

TEST_P(SweepOf, TheGrandCoalitionIsTheUnmodifiedModelInEveryLayer) {
  const auto prompts = prompts_with_prefix(2, GetParam().model.shape.vocabulary);
  const SweepUnit unit = whole_game(2);
  const auto values = engine_->values(unit, prompts, GetParam().rules);
  const auto coalitions = static_cast<std::size_t>(unit.coalitions.size());
  for (std::size_t sample = 0; sample < 2; ++sample)
    for (std::size_t layer = 0; layer < static_cast<std::size_t>(unit.layers.size()); ++layer)
      EXPECT_EQ(values[(layer * 2 + sample + 1) * coalitions - 1], values[(sample + 1) * coalitions - 1]);
}

TEST_P(SweepOf, BitsDoNotDependOnEarlierUnitsOrThreads) {
  const auto prompts = prompts_with_prefix(5, GetParam().model.shape.vocabulary);
  const ModelShape& s = GetParam().model.shape;
  const SweepUnit early{UnitId{0}, {0, 1}, {0, coalition_count(s.kv_heads)}, {0, 3}};
  const SweepUnit late{UnitId{1}, {s.layers - 1, s.layers}, {1, coalition_count(s.kv_heads)}, {0, 3}};
  const SweepUnit other{UnitId{2}, {0, s.layers}, {0, 2}, {3, 5}};
  const auto alone = load_engine(folder_.path(), {.threads = 2})->values(late, prompts, GetParam().rules);
  (void)engine_->values(early, prompts, GetParam().rules);
  (void)engine_->values(other, prompts, GetParam().rules);
  EXPECT_EQ(engine_->values(late, prompts, GetParam().rules), alone);
}

INSTANTIATE_TEST_SUITE_P(Models, SweepOf, testing::ValuesIn(cases()),
                         [](const auto& one) { return one.param.name; });

TEST_P(SweepOf, BitsDoNotDependOnTheSizeOfBatches) {
  if (engine_->numerics().row_bits != "own") {
    EXPECT_FALSE(engine_->save_memory()) << "bits would change";
    GTEST_SKIP() << "on this processor a row's bits depend on the rows beside it";
  }
  const auto prompts = prompts_with_prefix(3, GetParam().model.shape.vocabulary);
  const SweepUnit unit = whole_game(3);
  EXPECT_FALSE(engine_->save_memory()) << "no unit says yet how small a batch can be";
  const auto values = engine_->values(unit, prompts, GetParam().rules);
  int smaller = 0;
  for (; engine_->save_memory(); ++smaller)
    EXPECT_EQ(engine_->values(unit, prompts, GetParam().rules), values)
        << "halved " << smaller + 1 << " times";
  EXPECT_GT(smaller, 3);
}

/// What a unit gives, in a process of its own, with `spare` bytes more of address space than the engine has
/// taken. A batch of the MLP alone takes 16 MiB.
struct OfLittleMemory {
  bool same_values = false;  ///< as with all memory
  bool none = false;         ///< not even with the smallest batches
  bool failed = false;       ///< at first
};
OfLittleMemory values_with_little_memory(rlim_t spare) {
  test::RandomModel model;
  model.shape.intermediate = 4096;
  const test::TempFolder folder;
  const auto engine = engine_of(model, folder);
  const auto prompts = prompts_with_prefix(3, model.shape.vocabulary);
  const SweepUnit unit{UnitId{0}, {0, 2}, {0, coalition_count(model.shape.kv_heads)}, {0, 3}};
  rlim_t pages = 0;
  std::ifstream{"/proc/self/statm"} >> pages;
  rlimit limit{};
  getrlimit(RLIMIT_AS, &limit);
  const rlim_t before = std::exchange(limit.rlim_cur, pages * static_cast<rlim_t>(getpagesize()) + spare);
  setrlimit(RLIMIT_AS, &limit);
  OfLittleMemory outcome;
  std::vector<double> values;
  while (values.empty() && !outcome.none) {
    try {
      values = engine->values(unit, prompts, {});
    } catch (const std::bad_alloc&) {
      outcome.failed = true;
      outcome.none = !engine->save_memory();
    }
  }
  limit.rlim_cur = before;
  setrlimit(RLIMIT_AS, &limit);
  outcome.same_values = values == load_engine(folder.path(), {.threads = 1})->values(unit, prompts, {});
  return outcome;
}

[[noreturn]] void end_with_little_memory(rlim_t spare) {
  alarm(60);  // should the parent fail
  const OfLittleMemory outcome = values_with_little_memory(spare);
  _exit(outcome.none ? 1 : !outcome.same_values ? 2 : outcome.failed ? 3 : 4);
}

/// With 1 MiB the BLAS gets no buffer and would go on without; with 16 MiB a small batch has room.
TEST(SweepEngine, LittleMemoryFailsOrGivesTheSameBits) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "a sanitizer needs the address space";
#endif
  // A child that is a copy of this process would wait for OpenMP's threads, which fork leaves behind.
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  bool failed = false;
  bool done = false;
  for (const rlim_t spare : {1, 8, 16, 64}) {
    int code = -1;
    ASSERT_EXIT(
        end_with_little_memory(spare << 20U),
        [&code](int status) {
          if (WIFEXITED(status)) code = WEXITSTATUS(status);
          return WIFEXITED(status);
        },
        "")
        << spare << " MiB";
    EXPECT_NE(code, 2) << "other values with " << spare << " MiB";
    failed = failed || code == 1 || code == 3;
    done = done || code >= 3;
  }
  EXPECT_TRUE(failed && done) << "these limits show nothing";
}

TEST(SweepEngine, TheUniformMaskIsTheLimitOfSmallEpsilon) {
  const test::TempFolder folder;
  const test::RandomModel model;
  const auto engine = engine_of(model, folder);
  const auto prompts = prompts_with_prefix(3, model.shape.vocabulary);
  const SweepUnit unit{
      UnitId{0}, {0, model.shape.layers}, {0, coalition_count(model.shape.kv_heads)}, {0, 3}};
  const auto uniform = engine->values(unit, prompts, {.mask = MaskKind::uniform});
  const auto small = engine->values(unit, prompts, {.epsilon = 1e-9});
  for (std::size_t i = 0; i < uniform.size(); ++i) EXPECT_NEAR(uniform[i], small[i], kTolerance);
}

TEST(SweepEngine, EpsilonOneMasksNothing) {
  const test::TempFolder folder;
  const test::RandomModel model;
  const auto engine = engine_of(model, folder);
  const auto prompts = prompts_with_prefix(1, model.shape.vocabulary);
  const SweepUnit unit{UnitId{0}, {0, 3}, {0, 8}, {0, 1}};
  const auto values = engine->values(unit, prompts, {.epsilon = 1.0});
  for (const double value : values) EXPECT_NEAR(value, values.back(), 1e-5);
}

}  // namespace
}  // namespace harsanyi
