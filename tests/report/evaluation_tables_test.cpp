#include "orchestrator/report/evaluation_tables.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using Row = std::vector<std::string>;
using Stored = std::vector<StoredAnswers>;  ///< [methods]

/// Four scored and two calibration rows of two labels, mixed in order.
ResultsTable two_labels(const std::string& benchmark) {
  return {.model = "small",
          .benchmark = benchmark,
          .labels = {"negative", "positive"},
          .items = {{ItemPart::scored, 0, 0},
                    {ItemPart::calibration, 0, 1},
                    {ItemPart::scored, 1, 1},
                    {ItemPart::scored, 2, 1},
                    {ItemPart::calibration, 1, 0},
                    {ItemPart::scored, 3, 0}}};
}

const std::vector<std::string> kMethods{"vanilla", "gac"};
/// Label 1 is preferred by 2: scored predictions 1 1 1 1, after offsets 0 1 1 0.
const std::vector<float> kBiased{0, 1, 0, 2, 0, 3, 0, 4, 0, 2, 0, 1.5F};
/// Scored predictions 0 1 0 0.
const std::vector<float> kOther{1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1, 0};

/// Label logits with their arg-max.
StoredAnswers stored(const std::vector<float>& logits, std::size_t labels = 2) {
  StoredAnswers answers{logits, {}};
  for (auto row = logits.begin(); row != logits.end(); row += static_cast<std::ptrdiff_t>(labels))
    answers.predictions.push_back(
        static_cast<int>(std::max_element(row, row + static_cast<std::ptrdiff_t>(labels)) - row));
  return answers;
}

EvaluatedBenchmark evaluated(const std::string& benchmark) {
  return evaluate_benchmark(two_labels(benchmark), kMethods, Stored{stored(kBiased), stored(kOther)});
}

TEST(AnswersOf, TakesScoredAndCalibrationRowsApartInOrder) {
  const MethodAnswers answers = answers_of(two_labels("sst2"), stored(kBiased));
  EXPECT_EQ(answers.labels, 2);
  EXPECT_EQ(answers.gold, (std::vector{0, 1, 1, 0}));
  EXPECT_EQ(answers.logits, (std::vector<float>{0, 1, 0, 3, 0, 4, 0, 1.5F}));
  EXPECT_EQ(answers.calibration_logits, (std::vector<float>{0, 2, 0, 2}));
  EXPECT_THROW((void)answers_of(two_labels("sst2"), stored({0, 1})), AnalysisError);
}

TEST(EvaluateBenchmark, ComparesEveryMethodWithTheFirst) {
  const EvaluatedBenchmark result = evaluated("sst2");
  ASSERT_EQ(result.methods.size(), 2U);
  EXPECT_FALSE(result.methods[0].summary.against_reference.has_value());
  ASSERT_TRUE(result.methods[1].summary.against_reference.has_value());
  EXPECT_EQ(result.methods[1].summary.against_reference->counts.wrong_to_right, 2);
  EXPECT_EQ(result.methods[1].summary.against_reference->counts.right_to_wrong, 1);
}

TEST(EvaluateBenchmark, NamesTheTableAndMethodThatCannotBeEvaluated) {
  std::vector<float> hole = kOther;
  hole[0] = std::numeric_limits<float>::quiet_NaN();
  try {
    (void)evaluate_benchmark(two_labels("sst2"), kMethods, Stored{stored(kBiased), stored(hole)});
    FAIL() << "an item that was not computed was evaluated";
  } catch (const AnalysisError& error) {
    EXPECT_NE(std::string{error.what()}.find("small/sst2, method gac"), std::string::npos) << error.what();
  }
  EXPECT_THROW((void)evaluate_benchmark(two_labels("sst2"), kMethods, Stored{stored(kBiased)}),
               AnalysisError);
}

TEST(AccuracyTable, HasOneRowPerMethodWithIntervalAucAndOffsets) {
  const Table table = accuracy_table(std::vector<EvaluatedBenchmark>{evaluated("sst2")});
  ASSERT_EQ(table.rows.size(), 2U);
  // Wilson, 2 of 4 and 4 of 4: statsmodels 0.15, proportion_confint(..., method="wilson")
  EXPECT_EQ(table.rows[0], (Row{"small", "sst2", "vanilla", "4", "50.00", "15.00", "85.00", "1.000", "100.00",
                                "51.01", "100.00", "label_logits", ""}));
  EXPECT_EQ(table.rows[1][4], "75.00");
  EXPECT_NO_THROW(require_rectangular(table));
}

TEST(AccuracyTable, LeavesBlankWhatDoesNotApply) {
  const ResultsTable three{
      .model = "small", .benchmark = "cb", .labels = {"a", "b", "c"}, .items = {{ItemPart::scored, 0, 2}}};
  const Table table = accuracy_table(std::vector<EvaluatedBenchmark>{
      evaluate_benchmark(three, std::vector<std::string>{"vanilla"}, Stored{stored({0, 1, 2}, 3)})});
  EXPECT_EQ(table.rows.at(0)[4], "100.00");
  for (std::size_t column = 7; column < 11; ++column)
    EXPECT_EQ(table.rows[0][column], "") << table.columns[column];
}

/// Two items of three options, the second with two of them; option lengths 4 1 2 and 3 6.
EvaluatedBenchmark by_likelihood() {
  const ResultsTable table{.model = "small",
                           .benchmark = "piqa",
                           .answers = AnswerKind::option_likelihood,
                           .labels = {"A", "B", "C"},
                           .items = {{ItemPart::scored, 0, 0}, {ItemPart::scored, 1, 1}},
                           .option_lengths = {4, 1, 2, 3, 6, 0}};
  // Per character: -1 -3 -2 and -2 -1.5.
  const float none = std::numeric_limits<float>::quiet_NaN();
  return evaluate_benchmark(table, std::vector<std::string>{"vanilla"},
                            Stored{{{-4, -3, -4, -6, -9, none}, {1, 0}}});
}

TEST(AccuracyTable, HasThePlainAndTheLengthNormalisedAccuracyOfOptionLikelihoods) {
  const Table table = accuracy_table(std::vector<EvaluatedBenchmark>{by_likelihood()});
  const Row& row = table.rows.at(0);
  EXPECT_EQ(row[4], "0.00");
  EXPECT_EQ((Row{row.end() - 2, row.end()}), (Row{"option_likelihood", "100.00"}));
}

/// Three generated answers: exact; half right, exact against another answer; wrong.
EvaluatedBenchmark texts(std::vector<float> scores = {1, 1, 1, 1, 1, 1, 0, 0.5F, 0, 0, 0, 0}) {
  const ResultsTable table{
      .model = "small",
      .benchmark = "squad",
      .answers = AnswerKind::generated_text,
      .labels = {},
      .items = {{ItemPart::scored, 0, 0}, {ItemPart::scored, 1, 0}, {ItemPart::scored, 2, 0}},
      .new_tokens = 5};
  const StoredAnswers reference{{1, 1, 1, 1, 0, 0.5F, 0, 0.5F, 0, 0, 0, 0}, {}};
  return evaluate_benchmark(table, kMethods, Stored{reference, {std::move(scores), {}}});
}

TEST(TextTable, HasExactMatchAndF1BestAndFirst) {
  const Table table = text_table(std::vector<EvaluatedBenchmark>{texts(), evaluated("sst2")});
  ASSERT_EQ(table.rows.size(), 2U);
  const Row& row = table.rows[1];
  EXPECT_EQ((Row{row.begin(), row.begin() + 5}), (Row{"small", "squad", "gac", "3", "66.67"}));
  EXPECT_EQ(row[7], "66.67");
  EXPECT_EQ((Row{row.end() - 2, row.end()}), (Row{"33.33", "50.00"}));
  EXPECT_NO_THROW(require_rectangular(table));
}

TEST(TextTable, ComparesExactMatchInPairsAndStaysOutOfAccuracies) {
  const std::vector<EvaluatedBenchmark> both{texts(), evaluated("sst2")};
  EXPECT_EQ(comparison_table(both).rows.at(0)[1], "squad (exact match)");
  EXPECT_EQ(comparison_table(both).rows[0].back(), "1");
  EXPECT_EQ(accuracy_table(both).rows.size(), 2U);
  EXPECT_EQ(mean_table(both).rows.at(0)[2], "1");
}

TEST(TextTable, RefusesAnItemWithoutAScore) {
  EXPECT_THROW((void)texts({1, 1, 1, 1, 0, std::numeric_limits<float>::quiet_NaN(), 0, 0, 0, 0, 0, 0}),
               AnalysisError);
}

TEST(TrecTable, HoldsBothOrdersAndWhatRightAnswersScoreUnderTheReleasedOne) {
  EvaluatedBenchmark fixed = evaluated("trec_fixed");
  EvaluatedBenchmark released = evaluated("trec_as_released");
  released.labels = {"negative", "other"};  // right answers of label 0 alone keep their word: 2 of 4
  const Table table = trec_table(std::vector<EvaluatedBenchmark>{fixed, released});
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0], (Row{"small", "vanilla", "4", "50.00", "50.00", "50.00"}));
  EXPECT_TRUE(trec_table(std::vector<EvaluatedBenchmark>{fixed}).rows.empty());
}

TEST(ComparisonTable, HasOneRowPerMethodButTheReference) {
  const Table table = comparison_table(std::vector<EvaluatedBenchmark>{evaluated("sst2"), evaluated("mr")});
  ASSERT_EQ(table.rows.size(), 2U);
  const Row& row = table.rows[0];
  EXPECT_EQ((Row{row.begin(), row.begin() + 6}), (Row{"small", "sst2", "gac", "vanilla", "4", "+25.00"}));
  EXPECT_EQ((Row{row.begin() + 8, row.end()}), (Row{"1", "1", "2"}));
  EXPECT_NO_THROW(require_rectangular(table));
}

TEST(MeanTable, AveragesOverBenchmarksWithAndWithoutTrec) {
  EvaluatedBenchmark trec = evaluated("trec_as_released");
  trec.methods[0].summary.accuracy.value = 0.2;
  const Table table = mean_table(std::vector<EvaluatedBenchmark>{evaluated("sst2"), trec});
  ASSERT_EQ(table.columns.size(), 5U);
  ASSERT_EQ(table.rows.size(), 2U);
  EXPECT_EQ(table.rows[0], (Row{"small", "vanilla", "2", "35.00", "50.00"}));
  EXPECT_EQ(table.rows[1], (Row{"small", "gac", "2", "75.00", "75.00"}));
}

TEST(MeanTable, HasNoSecondMeanWhereNothingOrEverythingIsTrec) {
  EXPECT_EQ(mean_table(std::vector<EvaluatedBenchmark>{evaluated("sst2"), evaluated("mr")}).columns.size(),
            4U);
  EXPECT_EQ(mean_table(std::vector<EvaluatedBenchmark>{evaluated("trec_fixed")}).columns.size(), 4U);
}

}  // namespace
}  // namespace harsanyi
