#include "orchestrator/run/message.hpp"

#include <limits>
#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

std::vector<Message> samples() {
  RunOutcome outcome{.units = 10, .done_before = 2, .done_now = 5, .left = 1, .seconds = 1.5};
  outcome.set_aside = {{UnitId{3}, "out of memory"}, {UnitId{8}, ""}};
  outcome.interrupted_by = 15;
  UnitSeconds seconds;
  seconds[Activity::products] = 0.2;
  seconds[Activity::waiting] = 1.5;
  return {Hello{"0123456789abcdef"},
          Hello{""},
          Assign{UnitId{2147483647}},
          Done{UnitId{7}, 0xfedcba9876543210u, 0.25, {1.0, -0.0, std::numeric_limits<double>::denorm_min()}},
          Done{UnitId{0}, 0, 0.0, {}},
          Done{UnitId{8}, 1, 0.25, {2.0}, seconds},
          Failed{UnitId{1}, 3.0, "värde 3 is nan"},
          Stop{},
          Goodbye{},
          RunEnd{outcome, RemoteError{3, "disk full"}},
          RunEnd{},
          StepResult{},
          StepResult{RemoteError{0, "no"}}};
}

TEST(Message, ComesBackAsItWasSent) {
  for (const Message& message : samples()) EXPECT_EQ(decode(encode(message)), message);
}

TEST(Message, IsLittleEndianOnTheWire) {
  const Bytes expected{std::byte{2},    std::byte{1},    std::byte{0x04},
                       std::byte{0x03}, std::byte{0x02}, std::byte{0x01}};
  EXPECT_EQ(encode(Assign{UnitId{0x01020304}}), expected);  // version, kind, unit
}

TEST(Message, CutAnywhereItIsAnError) {
  for (const Message& message : samples()) {
    const Bytes whole = encode(message);
    for (std::size_t length = 0; length < whole.size(); ++length)
      EXPECT_THROW((void)decode(std::span{whole}.first(length)), CommError) << "kind " << message.index();
  }
}

TEST(Message, WithBytesBehindItIsAnError) {
  for (const Message& message : samples()) {
    Bytes longer = encode(message);
    longer.push_back(std::byte{0});
    EXPECT_THROW((void)decode(longer), CommError);
  }
}

TEST(Message, OfAnotherVersionOrKindIsAnError) {
  EXPECT_THROW((void)decode(Bytes{std::byte{1}, std::byte{4}}), CommError);
  EXPECT_THROW((void)decode(Bytes{std::byte{2}, std::byte{200}}), CommError);
}

TEST(Message, AnEnormousLengthIsRefusedBeforeMemoryIsTaken) {
  Bytes bytes = encode(Done{UnitId{0}, 0, 0.0, {1.0}});
  const std::size_t length_field = bytes.size() - 2 * sizeof(double) - 1;  // before the value and "no times"
  for (std::size_t i = 0; i < sizeof(std::uint64_t); ++i) bytes[length_field + i] = std::byte{0xff};
  EXPECT_THROW((void)decode(bytes), CommError);
}

TEST(Message, RandomDamageNeverDoesMoreThanThrow) {
  std::mt19937 random{5};
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = encode(samples()[random() % samples().size()]);
    for (int hits = 0; hits < 3; ++hits) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    try {
      (void)decode(bytes);
    } catch (const CommError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);
}

TEST(RemoteError, KeepsTheTypesOfOurErrors) {
  EXPECT_THROW(throw_remote(to_remote(StorageError{"disk full"})), StorageError);
  EXPECT_THROW(throw_remote(to_remote(ConfigError{"no"})), ConfigError);
  EXPECT_THROW(throw_remote(to_remote(GameError{"no"})), GameError);
  EXPECT_THROW(throw_remote({250, "of a later version"}), Error);
  try {
    throw_remote(to_remote(std::runtime_error{"what happened"}));
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "what happened");
  }
}

}  // namespace
}  // namespace harsanyi
