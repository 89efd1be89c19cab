// What the server does with workers that misbehave: here the test itself plays the worker, in one thread.
#include "orchestrator/run/server.hpp"

#include <algorithm>
#include <thread>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/run/memory_record.hpp"

namespace harsanyi {
namespace {

constexpr std::uint32_t kStep = 3;

class ServerTest : public testing::Test {
 protected:
  RunOutcome serve(int units, std::vector<Message> said, int attempts = 3) {
    record_.emplace(units);
    record_->stores_before_full = stores_before_full_;
    record_->store_takes = store_takes_;
    for (Message& message : said) worker().send(Rank{0}, encode(std::move(message), kStep));
    WorkerPools scheduler{std::vector<UnitTask>(static_cast<std::size_t>(units)),
                          {1},
                          {.attempts = attempts, .units_in_hand = 2}};
    RunOptions options;
    options.stop_requested = [] { return std::nullopt; };
    options.blocks_per_store = blocks_per_store_;
    const auto progress = make_silent_progress();
    return Server{*world_[0], attendance_, scheduler, *record_, "digest", {{.name = "rank 1", .rank = 1}},
                  *progress,  options}
        .serve();
  }

  Communicator& worker() { return *world_[1]; }

  /// What the server told the worker, in order.
  std::vector<Message> heard() {
    std::vector<Message> messages;
    while (const auto envelope = worker().receive(std::chrono::milliseconds{0}))
      messages.push_back(decode(envelope->bytes).message);
    return messages;
  }

  std::vector<std::unique_ptr<Communicator>> world_ = make_in_process_world(2);
  std::optional<MemoryRecord> record_;
  int stores_before_full_ = 1 << 30;
  std::chrono::milliseconds store_takes_{0};
  std::size_t blocks_per_store_ = 64;
  Attendance attendance_{.step = kStep};
};

Done done(int unit, std::vector<double> values) {
  return {UnitId{unit}, 0.5, std::move(values)};
}

TEST_F(ServerTest, SpeaksInTheWrittenOrder) {
  const RunOutcome outcome = serve(1, {Hello{"digest"}, done(0, {1.0}), Goodbye{}});
  EXPECT_TRUE(outcome.complete());
  const auto messages = heard();
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[0], Message{Assign{UnitId{0}}});
  EXPECT_EQ(messages[1], Message{Stop{}});
  EXPECT_TRUE(std::holds_alternative<RunEnd>(messages[2]));
  EXPECT_DOUBLE_EQ(outcome.workers.at(0).busy_seconds, 0.5);
}

Bytes damaged(Message message) {
  Bytes bytes = encode(std::move(message), kStep);
  bytes[bytes.size() / 2] ^= std::byte{1};
  return bytes;
}

TEST_F(ServerTest, ABlockThatChangedOnItsWayIsComputedAgain) {
  worker().send(Rank{0}, encode(Hello{"digest"}, kStep));
  worker().send(Rank{0}, damaged(done(0, {1.0, 2.0})));
  const RunOutcome outcome = serve(1, {Hello{"digest"}, done(0, {1.0, 2.0}), Goodbye{}});
  EXPECT_TRUE(outcome.complete());
  EXPECT_EQ(outcome.retried, 1);
  EXPECT_EQ(record_->values.at(UnitId{0}), (std::vector<double>{1.0, 2.0}));
  const auto told = heard();
  EXPECT_EQ(told.at(1), Message{Recall{}});
  EXPECT_EQ(told.at(2), Message{Assign{UnitId{0}}});
}

TEST_F(ServerTest, ABlockThatIsAlwaysDamagedIsSetAsideAndNeverStored) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    worker().send(Rank{0}, encode(Hello{"digest"}, kStep));
    worker().send(Rank{0}, damaged(done(0, {1.0})));
  }
  const RunOutcome outcome = serve(1, {Hello{"digest"}, Goodbye{}}, /*attempts=*/2);
  EXPECT_NE(outcome.set_aside.at(UnitId{0}).find("checksum"), std::string::npos);
  EXPECT_TRUE(record_->values.empty());
}

TEST_F(ServerTest, TheTimeOfAWorkerAddsUp) {
  Done measured = done(0, {1.0});
  measured.times.emplace()[Activity::products] = 0.5;
  (*measured.times)[Activity::waiting] = 0.25;
  RunOutcome outcome =
      serve(1, {Hello{"digest"}, Failed{UnitId{0}, 0.125, "no memory"}, measured, Goodbye{}});
  EXPECT_EQ(record_->profiles.at(UnitId{0}), (UnitProfile{1, *measured.times}));
  outcome.seconds = 10.0;  // in place of the clock's
  const RunSeconds parts = outcome.parts();
  EXPECT_DOUBLE_EQ(parts[RunPart::wall], 10.0);
  EXPECT_DOUBLE_EQ(parts[RunPart::failed], 0.125);
  EXPECT_DOUBLE_EQ(parts[RunPart::idle], 10.0 - 0.5 - 0.25 - 0.125);
  EXPECT_GT(parts[RunPart::recording], 0.0);
  EXPECT_GT(parts[RunPart::serving], 0.0);
}

TEST_F(ServerTest, AnswersThatNobodyAskedForAreDropped) {
  const RunOutcome outcome = serve(1, {Hello{"digest"}, done(77, {1.0}), done(0, {1.0}), done(0, {2.0}),
                                       Failed{UnitId{0}, 0.0, "late"}, Goodbye{}});
  EXPECT_TRUE(outcome.complete());
  EXPECT_EQ(record_->times_stored, (std::map<UnitId, int>{{UnitId{0}, 1}}));
  EXPECT_EQ(record_->values.at(UnitId{0}), std::vector<double>{1.0});
}

TEST_F(ServerTest, UnitsThatAWorkerDroppedOnAStopAreLeft) {
  const RunOutcome outcome = serve(3, {Hello{"digest"}, done(0, {1.0}), Goodbye{}});
  EXPECT_EQ(outcome.done_now, 1);
  EXPECT_EQ(outcome.left, 2);
  EXPECT_TRUE(outcome.set_aside.empty());
}

TEST_F(ServerTest, ADamagedMessageIsAnError) {
  worker().send(Rank{0}, Bytes(5, std::byte{77}));
  EXPECT_THROW((void)serve(1, {}), CommError);
}

TEST_F(ServerTest, AMessageOfTheWrongSideIsAnError) {
  EXPECT_THROW((void)serve(1, {Stop{}}), CommError);
}

TEST_F(ServerTest, AMessageOfAStrangerIsAnError) {
  world_[0]->send(Rank{0}, encode(Goodbye{}, kStep));
  EXPECT_THROW((void)serve(1, {}), CommError);
}

TEST_F(ServerTest, WhatAWorkerSaysOfAnEarlierStepIsDropped) {
  for (Message& late : std::vector<Message>{Hello{"another digest"}, done(0, {7.0}), StepResult{}, Goodbye{}})
    worker().send(Rank{0}, encode(std::move(late), kStep - 1));
  EXPECT_TRUE(serve(1, {Hello{"digest"}, done(0, {1.0}), Goodbye{}}).complete());
  EXPECT_EQ(record_->values.at(UnitId{0}), std::vector<double>{1.0});
}

TEST_F(ServerTest, AUnitThatFittedIntoLessMemoryCountsAsRetried) {
  Done small = done(0, {1.0});
  small.smaller = 2;
  const RunOutcome outcome = serve(2, {Hello{"digest"}, small, done(1, {1.0}), Goodbye{}});
  EXPECT_EQ(outcome.retried, 1);
  EXPECT_TRUE(outcome.complete());
}

// ---- what a disk that takes nothing costs

int units_handed_out(const std::vector<Message>& heard) {
  return static_cast<int>(std::count_if(heard.begin(), heard.end(), [](const Message& message) {
    return std::holds_alternative<Assign>(message);
  }));
}

std::vector<Message> a_worker_that_does(int units) {
  std::vector<Message> said{Hello{"digest"}};
  for (int unit = 0; unit < units; ++unit) said.emplace_back(done(unit, {1.0}));
  said.emplace_back(Goodbye{});
  return said;
}

TEST_F(ServerTest, ADiskThatTakesNothingIsFoundAfterTheFirstUnit) {
  stores_before_full_ = 0;
  EXPECT_THROW((void)serve(100, a_worker_that_does(50)), StorageError);
  EXPECT_LE(units_handed_out(heard()), 1 + 2);  // the first, and two in hand
}

TEST_F(ServerTest, AfterAFailedWriteNothingIsHandedOut) {
  stores_before_full_ = 3;
  blocks_per_store_ = 5;
  store_takes_ = std::chrono::milliseconds{50};  // what was said meanwhile is there at once
  EXPECT_THROW((void)serve(100, a_worker_that_does(50)), StorageError);
  const int stored = static_cast<int>(record_->values.size());
  EXPECT_EQ(stored, 1 + 5 + 5);
  EXPECT_LE(units_handed_out(heard()) - stored, 5 + 2);  // one write's, and two in hand
}

TEST_F(ServerTest, WhereWritesAreQuickAUnitDoesNotWaitForOthers) {
  // The worker needs longer for a unit than ten writes take.
  std::jthread slow_worker{[this] {
    for (Message& message : a_worker_that_does(10)) {
      std::this_thread::sleep_for(std::chrono::milliseconds{20});
      worker().send(Rank{0}, encode(std::move(message), kStep));
    }
  }};
  EXPECT_TRUE(serve(10, {}).complete());
  EXPECT_GE(record_->stores(), 5);  // one for each, but for a machine that stands still
}

TEST_F(ServerTest, NoMoreUnitsWaitForTheirWriteThanOneWriteTakes) {
  blocks_per_store_ = 5;
  store_takes_ = std::chrono::milliseconds{50};  // what was said meanwhile is there at once
  EXPECT_TRUE(serve(50, a_worker_that_does(50)).complete());
  EXPECT_EQ(record_->stores(), 1 + 10);  // the first unit, nine times five, the last four
}

}  // namespace
}  // namespace harsanyi
