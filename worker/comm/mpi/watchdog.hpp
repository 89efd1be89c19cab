#pragma once

#include <chrono>

namespace harsanyi {

/// Ends this process with exit code 75 if it still lives after `limit`. MPI's own start and end wait for
/// every rank, without a deadline and without a way to leave them; a process that ends without them takes the
/// job with it. One at a time.
class Watchdog {
 public:
  /// @param doing  completes "harsanyi: MPI does not "; outlives the object
  Watchdog(std::chrono::duration<double> limit, const char* doing);
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;
};

}  // namespace harsanyi
