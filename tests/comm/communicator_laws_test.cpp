// Laws of every Communicator; see ranks.hpp for the worlds they run in.
#include <ctime>
#include <deque>
#include <map>
#include <random>

#include <gtest/gtest.h>

#include "partition/base/error.hpp"
#include "tests/comm/ranks.hpp"

namespace harsanyi {
namespace {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

constexpr auto kLong = 20000ms;

Bytes bytes_of(std::initializer_list<int> values) {
  Bytes bytes;
  for (const int value : values) bytes.push_back(static_cast<std::byte>(value));
  return bytes;
}

/// A content that depends on its length, so that parts in the wrong place show.
Bytes pattern(std::size_t length) {
  std::minstd_rand random{static_cast<unsigned>(length + 1)};
  Bytes bytes(length);
  for (auto& byte : bytes) byte = static_cast<std::byte>(random());
  return bytes;
}

/// Takes messages by sender: those of other ranks, which may be a step ahead, are kept for later.
///
/// What a law's inbox keeps ends with the law. A law therefore begins with a meeting, which no rank leaves
/// before all have their inbox, and ends with one, which no rank leaves before all have what they wait for.
class Inbox {
 public:
  explicit Inbox(Communicator& comm) : comm_{comm} { meet(); }

  [[nodiscard]] Bytes next_from(Rank sender) {
    auto& queue = kept_[sender];
    while (queue.empty()) {
      auto envelope = comm_.receive(kLong);
      if (!envelope) {
        ADD_FAILURE() << "no message from rank " << sender.value;
        return {};
      }
      kept_[envelope->from].push_back(std::move(envelope->bytes));
    }
    Bytes bytes = std::move(queue.front());
    queue.pop_front();
    return bytes;
  }

  /// Nobody leaves before all are here. Only rank 0 and one other exchange messages for it: between two
  /// meetings without other messages, a rank still in the first cannot receive any of what follows the
  /// second.
  void meet() {
    if (comm_.rank() == Rank{0}) {
      for (int r = 1; r < comm_.size(); ++r) EXPECT_EQ(next_from(Rank{r}), bytes_of({99}));
      release_others();
    } else {
      comm_.send(Rank{0}, bytes_of({99}));
      EXPECT_EQ(next_from(Rank{0}), bytes_of({98}));
    }
  }

  /// Runs `body` while no message is on its way to this rank: on rank 0 first, with the others held back.
  void in_silence(const std::function<void()>& body) {
    meet();
    if (comm_.rank() != Rank{0}) {
      EXPECT_EQ(next_from(Rank{0}), bytes_of({98}));
    }
    body();
    if (comm_.rank() == Rank{0}) release_others();
    meet();
  }

 private:
  void release_others() {
    for (int r = 1; r < comm_.size(); ++r) comm_.send(Rank{r}, bytes_of({98}));
  }

  Communicator& comm_;
  std::map<Rank, std::deque<Bytes>> kept_;
};

Rank right_of(const Communicator& comm) {
  return {(comm.rank().value + 1) % comm.size()};
}
Rank left_of(const Communicator& comm) {
  return {(comm.rank().value + comm.size() - 1) % comm.size()};
}

TEST(CommunicatorLaws, EveryRankReachesRankZeroUnderItsNumber) {
  on_every_rank([](Communicator& comm) {
    Inbox inbox{comm};
    EXPECT_GE(comm.rank().value, 0);
    EXPECT_LT(comm.rank().value, comm.size());
    comm.send(Rank{0}, bytes_of({comm.rank().value}));
    for (int r = 0; comm.rank() == Rank{0} && r < comm.size(); ++r)
      EXPECT_EQ(inbox.next_from(Rank{r}), bytes_of({r}));
    inbox.meet();
  });
}

TEST(CommunicatorLaws, MessagesOfOneSenderArriveInOrder) {
  constexpr int kMessages = 300;
  on_every_rank([](Communicator& comm) {
    Inbox inbox{comm};
    // Sizes on both sides of MPI's limit between sending at once and asking first.
    for (int i = 0; i < kMessages; ++i) {
      Bytes bytes(i % 7 == 0 ? 100000u : 2u);
      bytes[0] = static_cast<std::byte>(i % 256);
      bytes[1] = static_cast<std::byte>(i / 256);
      comm.send(Rank{0}, std::move(bytes));
    }
    for (int r = 0; comm.rank() == Rank{0} && r < comm.size(); ++r)
      for (int i = 0; i < kMessages; ++i) {
        const Bytes bytes = inbox.next_from(Rank{r});
        ASSERT_EQ(bytes.size(), i % 7 == 0 ? 100000u : 2u);
        EXPECT_EQ(static_cast<int>(bytes[0]) + 256 * static_cast<int>(bytes[1]), i);
      }
    inbox.meet();
  });
}

TEST(CommunicatorLaws, MessagesOfAnySizeArriveWhole) {
  on_every_rank([](Communicator& comm) {
    Inbox inbox{comm};
    for (const std::size_t length : {0u, 1u, 4095u, 65536u, 1000003u, 9000000u}) {
      comm.send(right_of(comm), pattern(length));
      EXPECT_TRUE(inbox.next_from(left_of(comm)) == pattern(length)) << length << " bytes";
    }
    inbox.meet();
  });
}

TEST(CommunicatorLaws, SendingNeverWaitsForTheReceiver) {
  on_every_rank([](Communicator& comm) {
    Inbox inbox{comm};
    for (int i = 0; i < 5; ++i)
      comm.send(right_of(comm), pattern(2000000));  // all send before anyone receives
    for (int i = 0; i < 5; ++i) EXPECT_EQ(inbox.next_from(left_of(comm)).size(), 2000000u);
    EXPECT_TRUE(comm.flush(kLong));
    inbox.meet();
  });
}

TEST(CommunicatorLaws, ReceiveGivesUpAfterItsPatience) {
  on_every_rank([](Communicator& comm) {
    Inbox{comm}.in_silence([&] {
      const auto start = steady_clock::now();
      EXPECT_FALSE(comm.receive(60ms).has_value());
      EXPECT_GE(steady_clock::now() - start, 55ms);
      EXPECT_LT(steady_clock::now() - start, 5s);
      EXPECT_FALSE(comm.receive(0ms).has_value());
    });
  });
}

double cpu_seconds_of_this_thread() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

TEST(CommunicatorLaws, AWaitingRankLeavesItsCoreToOthers) {
  on_every_rank([](Communicator& comm) {
    Inbox{comm}.in_silence([&] {
      const double before = cpu_seconds_of_this_thread();
      EXPECT_FALSE(comm.receive(500ms).has_value());
      EXPECT_LT(cpu_seconds_of_this_thread() - before, 0.1);  // of 0.5
    });
  });
}

TEST(CommunicatorLaws, AMessageToNobodyIsAnError) {
  on_every_rank([](Communicator& comm) {
    EXPECT_THROW(comm.send(Rank{comm.size()}, {}), CommError);
    EXPECT_THROW(comm.send(Rank{-1}, {}), CommError);
  });
}

}  // namespace
}  // namespace harsanyi
