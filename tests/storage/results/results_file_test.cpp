#include "storage/results/results_file.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/file.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

class Results : public testing::Test {
 protected:
  TempFolder folder_;
  std::filesystem::path file_ = folder_ / "results.h5";
  ResultsDescription description_ = small_results();
  std::vector<Block> blocks_ = all_blocks(description_.plan);

  [[nodiscard]] ResultsFile open_writer() const { return ResultsFile::open_or_create(file_, description_); }
  [[nodiscard]] std::string create_error() const {
    return storage_error([&] { static_cast<void>(open_writer()); });
  }
};

TEST_F(Results, ReturnEveryLogitAndThePredictionOfEachItem) {
  open_writer().store(blocks_);
  const auto results = ResultsFile::open(file_);
  for (int table = 0; table < 3; ++table) {
    const auto& shape = description_.plan.tables[static_cast<std::size_t>(table)];
    for (int method = 0; method < 2; ++method) {
      const auto logits = results.label_scores(table, method);
      const auto predictions = results.predictions(table, method);
      ASSERT_EQ(logits.size(), static_cast<std::size_t>(shape.items * shape.width));
      ASSERT_EQ(predictions.size(), static_cast<std::size_t>(shape.items));
      for (int item = 0; item < shape.items; ++item) {
        int best = 0;
        for (int label = 0; label < shape.width; ++label) {
          EXPECT_EQ(logits[static_cast<std::size_t>(item * shape.width + label)],
                    logit_at(table, method, item, label));
          if (logit_at(table, method, item, label) > logit_at(table, method, item, best)) best = label;
        }
        EXPECT_EQ(predictions[static_cast<std::size_t>(item)], best);
      }
    }
  }
}

TEST_F(Results, ReturnTheirDescription) {
  static_cast<void>(open_writer());
  const auto results = ResultsFile::open(file_);
  const auto& read = results.description();
  EXPECT_EQ(read.identity, description_.identity);
  EXPECT_EQ(read.provenance, description_.provenance);
  EXPECT_THAT(read.methods, ElementsAre("vanilla", "gac"));
  ASSERT_EQ(read.tables.size(), 3U);
  EXPECT_EQ(read.tables[1].benchmark, "mood");
  EXPECT_EQ(read.tables[2].model, "a-model");
  EXPECT_THAT(read.tables[1].labels, ElementsAre("glad", "sad", "neither"));
  EXPECT_EQ(read.tables[0].items[4].part, ItemPart::scored);
  EXPECT_EQ(read.tables[0].items[5].part, ItemPart::calibration);
  EXPECT_EQ(read.tables[0].items[5].row, 5);
  EXPECT_EQ(read.tables[0].items[5].gold, 1);
  EXPECT_EQ(read.plan.items_per_unit, 3);
  EXPECT_EQ(read.plan.tables[2].model, 1);
  ASSERT_EQ(read.plan.units.size(), description_.plan.units.size());
  EXPECT_EQ(read.plan.units.back().items, description_.plan.units.back().items);
}

TEST_F(Results, OfUnfinishedUnitsAreBlank) {
  open_writer().store(std::span{blocks_}.first(1));
  const auto results = ResultsFile::open(file_);
  EXPECT_EQ(results.predictions(0, 0)[0], 1);
  EXPECT_EQ(results.predictions(0, 0)[3], -1);
  EXPECT_TRUE(std::isnan(results.label_scores(0, 0)[6]));
  EXPECT_TRUE(std::isnan(results.label_scores(1, 1)[0]));
}

TEST_F(Results, HaveTheSameBytesForAnyOrderAndRestarts) {
  {
    auto results = open_writer();
    results.store(blocks_);
    results.mark_complete();
  }
  const auto straight = content_of(file_);
  std::filesystem::remove(file_);
  for (auto block = blocks_.rbegin(); block != blocks_.rend(); ++block)
    open_writer().store(std::span{&*block, 1});
  open_writer().mark_complete();
  EXPECT_TRUE(ResultsFile::open(file_).complete());
  EXPECT_TRUE(straight == content_of(file_));
}

TEST_F(Results, AreCompleteOnlyWithAllUnits) {
  auto results = open_writer();
  results.store(std::span{blocks_}.subspan(2));
  EXPECT_THAT(storage_error([&] { results.mark_complete(); }), HasSubstr("2 of its"));
  EXPECT_FALSE(results.complete());
}

TEST_F(Results, RefuseALogitThatFloat32CannotHold) {
  auto results = open_writer();
  blocks_[0].values[1] = 1e300;
  EXPECT_THAT(storage_error([&] { results.store(blocks_); }),
              AllOf(HasSubstr("unit 0"), HasSubstr("value 1")));
}

TEST_F(Results, NoticeAChangedLogitAndAChangedPrediction) {
  open_writer().store(blocks_);
  {
    const auto file = hdf5::open_file(file_, hdf5::Access::read_write);
    const std::vector<float> logit{123.0F};
    const std::vector<std::int32_t> prediction{0};  // 1 was stored
    hdf5::write<float>(hdf5::open(file.get(), "smollm2/sst2/label_logit"), {{0, 0, 0}, {1, 1, 1}}, logit);
    hdf5::write<std::int32_t>(hdf5::open(file.get(), "smollm2/sst2/prediction"), {{1, 0}, {1, 1}},
                              prediction);
  }
  auto results = open_writer();
  const auto damaged = results.damaged_units();
  ASSERT_EQ(damaged.size(), 2U);
  EXPECT_EQ(description_.plan.units[static_cast<std::size_t>(damaged[0].value)].method, 0);
  EXPECT_EQ(description_.plan.units[static_cast<std::size_t>(damaged[1].value)].method, 1);
  results.forget(damaged);
  for (const auto unit : damaged) results.store(std::span{&blocks_[static_cast<std::size_t>(unit.value)], 1});
  EXPECT_TRUE(results.damaged_units().empty());
}

TEST_F(Results, RefuseASecondWriterAndAnotherExperiment) {
  {
    const auto first = open_writer();
    EXPECT_THAT(create_error(), HasSubstr("another harsanyi is writing"));
  }
  description_.identity.set("weights", "ffff");
  EXPECT_THAT(create_error(), AllOf(HasSubstr("another experiment"), HasSubstr("0123abcd")));
  description_ = small_results();
  description_.tables[1].items[0].row = 9;
  EXPECT_THAT(create_error(), HasSubstr("items of smollm2/mood"));
}

TEST_F(Results, RefuseNamesThatAreNoGroups) {
  for (const char* name : {"", ".", "org/model", "identity", "unit_done"}) {
    description_ = small_results();
    description_.tables[0].model = name;
    EXPECT_THAT(create_error(), HasSubstr("cannot be the name of a model")) << name;
  }
  description_ = small_results();
  description_.tables[1].benchmark = "sst2";
  EXPECT_THAT(create_error(), HasSubstr("two tables are named smollm2/sst2"));
}

/// One table of each kind of answer; two items, one method.
ResultsDescription every_kind() {
  ResultsDescription d;
  d.methods = {"vanilla"};
  const std::vector<ItemLabel> items{{ItemPart::scored, 0, 1}, {ItemPart::scored, 4, 0}};
  d.tables.push_back({.model = "m",
                      .benchmark = "letters",
                      .answers = AnswerKind::next_token,
                      .labels = {"A", "B", "C"},
                      .items = items});
  d.tables.push_back({.model = "m",
                      .benchmark = "options",
                      .answers = AnswerKind::option_likelihood,
                      .labels = {"A", "B"},
                      .items = items,
                      .option_lengths = {4, 7, 5, 0}});
  d.tables.push_back({.model = "m",
                      .benchmark = "texts",
                      .answers = AnswerKind::generated_text,
                      .labels = {},
                      .items = items,
                      .new_tokens = 3,
                      .rows_skipped = 2,
                      .rows_truncated = 1});
  for (const ResultsTable& table : d.tables) d.plan.tables.push_back({0, 1, 2, table.answers, table.width()});
  d.plan = make_evaluation_plan(d.plan.tables, 2);
  d.identity.set("weights", "0123abcd");
  return d;
}

const std::vector<Block> kEveryKind{
    {UnitId{0}, {1, 2, 0.5, 1, 77, 3.25, -1, kNoSuchLabel, kNoSuchLabel, kNone, 12, 4.5}},
    {UnitId{1}, {-3, -4.5, 0, -2, kNoSuchLabel, 0}},
    {UnitId{2}, {1, 1, 0, 0.5, 9, 8, 7, 0, 0.25, 0, 0, 6, kNone, kNone}}};

TEST_F(Results, OfEveryKindOfAnswerComeBackAsStored) {
  description_ = every_kind();
  {
    auto results = open_writer();
    results.store(kEveryKind);
    results.mark_complete();
    EXPECT_TRUE(results.damaged_units().empty());
  }
  const auto results = ResultsFile::open(file_);
  const auto letters = results.label_scores(0, 0);
  EXPECT_EQ(std::vector(letters.begin(), letters.begin() + 4), (std::vector<float>{1, 2, 0.5F, -1}));
  EXPECT_TRUE(std::isnan(letters[4]) && std::isnan(letters[5])) << "labels that the item lacks";
  EXPECT_THAT(results.predictions(0, 0), ElementsAre(1, -1));
  EXPECT_EQ(results.label_scores(1, 0)[1], -4.5F);
  EXPECT_THAT(results.text_scores(2, 0), ElementsAre(1, 1, 0, 0.5F, 0, 0.25F, 0, 0));
  const auto& read = results.description();
  EXPECT_THAT(read.tables[1].option_lengths, ElementsAre(4, 7, 5, 0));
  EXPECT_EQ(read.tables[2].new_tokens, 3);
  EXPECT_EQ(read.tables[2].rows_skipped, 2);
  EXPECT_EQ(read.tables[2].rows_truncated, 1);
  EXPECT_THAT(storage_error([&] { static_cast<void>(results.predictions(2, 0)); }),
              HasSubstr("another kind"));
  EXPECT_THAT(storage_error([&] { static_cast<void>(results.text_scores(0, 0)); }),
              HasSubstr("another kind"));
}

TEST_F(Results, NoticeAChangedGeneratedToken) {
  description_ = every_kind();
  open_writer().store(kEveryKind);
  {
    const auto file = hdf5::open_file(file_, hdf5::Access::read_write);
    const std::vector<std::int32_t> token{5};
    hdf5::write<std::int32_t>(hdf5::open(file.get(), "m/texts/generated_token"), {{0, 0, 2}, {1, 1, 1}},
                              token);
  }
  EXPECT_THAT(open_writer().damaged_units(), ElementsAre(UnitId{2}));
}

TEST_F(Results, RefuseOptionLengthsOfAnotherSize) {
  description_ = every_kind();
  description_.tables[1].option_lengths.pop_back();
  EXPECT_THAT(create_error(), HasSubstr("option lengths"));
}

TEST_F(Results, HaveNoTableBeyondTheLast) {
  const auto results = open_writer();
  EXPECT_THAT(storage_error([&] { static_cast<void>(results.label_scores(3, 0)); }), HasSubstr("no table 3"));
  EXPECT_THAT(storage_error([&] { static_cast<void>(results.predictions(0, 2)); }),
              HasSubstr("with method 2"));
}

}  // namespace
}  // namespace harsanyi::test
