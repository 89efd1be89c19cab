#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "tests/parallel/gpus_in_memory/gpus_in_memory.hpp"

namespace harsanyi::test {

/// One sum in the stream of one GPU.
struct StreamWork {
  bool done = false;
};

/// Everything that the two libraries in memory know, under one lock.
struct State {
  std::mutex mutex;
  int gpus = 0;
  bool distinct = true;
  bool fail_next = false;
  bool no_meeting = false;
  Count count;
  std::map<int, std::shared_ptr<StreamWork>> last_work;  ///< of each GPU
  static State& get() {
    static State state;
    return state;
  }
};

/// The GPU of the calling thread.
int& current_gpu();

}  // namespace harsanyi::test
