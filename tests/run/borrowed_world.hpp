#pragma once

#include <cstdlib>

#include "orchestrator/run/world.hpp"

namespace harsanyi {

/// A World around a test's communicator.
class BorrowedWorld final : public World {
 public:
  explicit BorrowedWorld(Communicator& comm) : comm_{comm} {}
  [[nodiscard]] Communicator& communicator() noexcept override { return comm_; }
  [[nodiscard]] std::unique_ptr<GroupLink> group_link(int) override {
    return std::move(make_in_process_group(1).front());
  }
  [[nodiscard]] int ranks_on_this_node() const noexcept override { return comm_.size(); }
  [[nodiscard]] int rank_on_this_node() const noexcept override { return comm_.rank().value; }
  [[nodiscard]] std::string description() const override { return "a test's world"; }
  [[noreturn]] void abort(int exit_code) override { std::_Exit(exit_code); }

 private:
  Communicator& comm_;
};

}  // namespace harsanyi
