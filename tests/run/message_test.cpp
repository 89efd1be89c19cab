#include "orchestrator/run/message.hpp"

#include <algorithm>
#include <cstring>
#include <limits>
#include <random>
#include <stdexcept>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"

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
          Done{UnitId{7}, 0.25, {1.0, -0.0, std::numeric_limits<double>::denorm_min()}},
          Done{UnitId{0}, 0.0, {}},
          Done{UnitId{8}, 0.25, {2.0}, seconds, 3},
          Failed{UnitId{1}, 3.0, "värde 3 is nan"},
          Stop{},
          Goodbye{},
          RunEnd{outcome, RemoteError{3, "disk full"}},
          RunEnd{},
          StepResult{},
          StepResult{RemoteError{0, "no"}},
          StepResult{std::nullopt, "node n1", -1},
          Recall{},
          Word{}};
}

TEST(Message, ComesBackAsItWasSent) {
  for (const Message& message : samples())
    for (const std::uint32_t step : {0u, 7u, 0xffffffffu}) {
      const Letter letter = decode(encode(message, step));
      EXPECT_EQ(letter.message, message);
      EXPECT_EQ(letter.step, step);
    }
}

constexpr std::size_t kHeader = 6;  // version, kind, step
constexpr std::size_t kChecksum = 8;

/// As if it had been sent like this.
Bytes with_right_checksum(Bytes bytes) {
  const std::uint64_t checksum =
      Sha256{}.update(std::span{bytes}.first(bytes.size() - kChecksum)).first_64_bits();
  std::memcpy(bytes.data() + bytes.size() - kChecksum, &checksum, kChecksum);
  return bytes;
}

TEST(Message, IsLittleEndianOnTheWire) {
  const Bytes expected{std::byte{4}, std::byte{1},    std::byte{0x05}, std::byte{0},    std::byte{0},
                       std::byte{0}, std::byte{0x04}, std::byte{0x03}, std::byte{0x02}, std::byte{0x01}};
  const Bytes sent = encode(Assign{UnitId{0x01020304}}, 5);  // version, kind, step, unit, checksum
  EXPECT_EQ(sent, with_right_checksum(sent));
  ASSERT_EQ(sent.size(), expected.size() + kChecksum);
  EXPECT_TRUE(std::equal(expected.begin(), expected.end(), sent.begin()));
}

TEST(Message, CutAnywhereItIsAnError) {
  for (const Message& message : samples()) {
    const Bytes whole = encode(message, 1);
    for (std::size_t length = 0; length < whole.size(); ++length) {
      Bytes cut{whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length)};
      if (length >= kHeader + kChecksum) cut = with_right_checksum(cut);
      EXPECT_THROW((void)decode(cut), CommError) << "kind " << message.index();
    }
  }
}

TEST(Message, WithBytesBehindItIsAnError) {
  for (const Message& message : samples()) {
    Bytes longer = encode(message, 1);
    longer.push_back(std::byte{0});
    EXPECT_THROW((void)decode(with_right_checksum(longer)), CommError);
  }
}

TEST(Message, OfAnotherVersionOrKindIsAnError) {
  Bytes older = encode(Stop{}, 1);
  older[0] = std::byte{2};
  EXPECT_THROW((void)decode(with_right_checksum(older)), CommError);
  Bytes unknown = encode(Stop{}, 1);
  unknown[1] = std::byte{200};
  EXPECT_THROW((void)decode(with_right_checksum(unknown)), CommError);
}

TEST(Message, AnEnormousLengthIsRefusedBeforeMemoryIsTaken) {
  Bytes bytes = encode(Done{UnitId{0}, 0.0, {1.0}}, 1);
  const std::size_t length_field =
      kHeader + sizeof(std::int32_t) + sizeof(double);  // behind unit and seconds
  for (std::size_t i = 0; i < sizeof(std::uint64_t); ++i) bytes[length_field + i] = std::byte{0xff};
  EXPECT_THROW((void)decode(with_right_checksum(bytes)), CommError);
}

TEST(Message, AnyBitThatChangesShows) {
  for (const Message& message : samples()) {
    const Bytes sent = encode(message, 1);
    for (std::size_t bit = 0; bit < 8 * sent.size(); ++bit) {
      Bytes arrived = sent;
      arrived[bit / 8] ^= std::byte{1} << (bit % 8);
      EXPECT_THROW((void)decode(arrived), CommError) << "kind " << message.index() << ", bit " << bit;
    }
  }
}

TEST(Message, RandomDamageNeverDoesMoreThanThrow) {
  std::mt19937 random{5};
  int refused = 0;
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = encode(samples()[random() % samples().size()], 1);
    for (int hits = 0; hits < 3; ++hits) bytes[random() % bytes.size()] = static_cast<std::byte>(random());
    try {
      (void)decode(with_right_checksum(bytes));
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
