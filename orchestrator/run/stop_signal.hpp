#pragma once

#include <csignal>
#include <optional>
#include <string>

namespace harsanyi {

/// Catches SIGINT, SIGTERM and SIGUSR1 while it lives, and then puts the former handlers back. The first
/// signal is kept for `received_stop_signal`: the run finishes what is in flight, stores it and says that it
/// was interrupted. A second SIGINT ends the process at once with exit code 130. One object per process, made
/// in main.
class StopSignals {
 public:
  StopSignals();
  ~StopSignals();
  StopSignals(const StopSignals&) = delete;
  StopSignals& operator=(const StopSignals&) = delete;

 private:
  struct sigaction former_interrupt_;
  struct sigaction former_terminate_;
  struct sigaction former_user_;
};

/// The first signal caught by the living StopSignals, if any.
[[nodiscard]] std::optional<int> received_stop_signal() noexcept;

/// "SIGINT", "SIGTERM", ... or "signal 42".
[[nodiscard]] std::string signal_name(int signal);

}  // namespace harsanyi
