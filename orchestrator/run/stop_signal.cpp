#include "orchestrator/run/stop_signal.hpp"

#include <atomic>
#include <cstring>

#include <unistd.h>

namespace harsanyi {
namespace {

constexpr int kNone = 0;
constexpr int kExitAfterSecondInterrupt = 130;  // 128 + SIGINT, as shells report it

std::atomic<int> first_signal{kNone};
std::atomic<int> interrupts{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may use lock-free atomics only");

extern "C" void note_signal(int signal) {
  int expected = kNone;
  first_signal.compare_exchange_strong(expected, signal);
  if (signal == SIGINT && interrupts.fetch_add(1) > 0) _exit(kExitAfterSecondInterrupt);
}

struct sigaction install(int signal) {
  struct sigaction action {};
  action.sa_handler = note_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;  // writes to the record go on
  struct sigaction former {};
  sigaction(signal, &action, &former);
  return former;
}

}  // namespace

StopSignals::StopSignals() {
  first_signal = kNone;
  interrupts = 0;
  former_interrupt_ = install(SIGINT);
  former_terminate_ = install(SIGTERM);
  former_user_ = install(SIGUSR1);
}

StopSignals::~StopSignals() {
  sigaction(SIGINT, &former_interrupt_, nullptr);
  sigaction(SIGTERM, &former_terminate_, nullptr);
  sigaction(SIGUSR1, &former_user_, nullptr);
  first_signal = kNone;
}

std::optional<int> received_stop_signal() noexcept {
  const int signal = first_signal;
  return signal == kNone ? std::nullopt : std::optional{signal};
}

std::string signal_name(int signal) {
  const char* name = sigabbrev_np(signal);
  return name != nullptr ? std::string{"SIG"} + name : "signal " + std::to_string(signal);
}

}  // namespace harsanyi
