#include <thread>

#include <gtest/gtest.h>

#include "tests/comm/group_ranks.hpp"

namespace harsanyi {

void on_every_group_rank(const std::function<void(std::unique_ptr<GroupLink>)>& body) {
  for (const int ranks : {1, 2, 3, 4, 8}) {
    SCOPED_TRACE(testing::Message() << "a group of " << ranks);
    auto links = make_in_process_group(ranks);
    std::vector<std::jthread> threads;
    for (auto& link : links) threads.emplace_back([&body, &link] { body(std::move(link)); });
  }
}

bool ranks_are_processes() {
  return false;
}

}  // namespace harsanyi
