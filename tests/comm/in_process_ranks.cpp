#include <thread>

#include <gtest/gtest.h>

#include "tests/comm/ranks.hpp"

namespace harsanyi {

void on_every_rank(const std::function<void(Communicator&)>& body) {
  for (const int ranks : {1, 2, 4}) {
    SCOPED_TRACE(testing::Message() << ranks << " ranks");
    const auto endpoints = make_in_process_world(ranks);
    std::vector<std::jthread> threads;
    for (const auto& endpoint : endpoints) threads.emplace_back([&] { body(*endpoint); });
  }
}

}  // namespace harsanyi
