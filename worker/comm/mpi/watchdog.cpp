#include "worker/comm/mpi/watchdog.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstring>

#include <sys/time.h>
#include <sysexits.h>
#include <unistd.h>

namespace harsanyi {
namespace {

std::atomic<const char*> what{nullptr};

void write_text(const char* text) {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, text, std::strlen(text));
}

extern "C" void leave(int) {
  write_text("harsanyi: MPI does not ");
  write_text(what);
  write_text(
      " within the silence limit: a rank or the launcher hangs or is gone; finished units are stored, run "
      "the same command again\n");
  _exit(EX_TEMPFAIL);
}

void set_timer(std::chrono::duration<double> limit) {
  constexpr double kYear = 365.0 * 86400.0;
  const double seconds = std::min(limit.count(), kYear);
  itimerval timer{};
  timer.it_value.tv_sec = static_cast<time_t>(seconds);
  timer.it_value.tv_usec =
      static_cast<suseconds_t>((seconds - static_cast<double>(timer.it_value.tv_sec)) * 1e6);
  setitimer(ITIMER_REAL, &timer, nullptr);
}

}  // namespace

Watchdog::Watchdog(std::chrono::duration<double> limit, const char* doing) {
  what = doing;
  std::signal(SIGALRM, leave);
  set_timer(limit);
}

Watchdog::~Watchdog() {
  set_timer(std::chrono::duration<double>{0.0});
  std::signal(SIGALRM, SIG_DFL);
}

}  // namespace harsanyi
