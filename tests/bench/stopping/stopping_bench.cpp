// stopping_bench replay CUBE [FIRST_SAMPLES CONFIDENCE INDIFFERENCE ORDERS]
// stopping_bench simulate [CONFIDENCE TRIALS]

#include "tests/bench/stopping/stopping_bench.hpp"

#include <cstdlib>
#include <exception>
#include <string>

#include <fmt/format.h>

int main(int count, char** words) {
  using namespace harsanyi;
  const auto number = [&](int i, double otherwise) { return i < count ? std::atof(words[i]) : otherwise; };
  const std::string mode = count > 1 ? words[1] : "";
  try {
    if (mode == "replay" && count > 2) {
      StoppingRule stopping{.kind = Stopping::elimination};
      stopping.first_samples = static_cast<int>(number(3, 24));
      stopping.elimination.confidence = number(4, 0.95);
      stopping.elimination.indifference = number(5, 0.0);
      bench::replay(words[2], stopping, static_cast<int>(number(6, 100)));
    } else if (mode == "simulate") {
      bench::simulate(number(2, 0.95), static_cast<int>(number(3, 2000)));
    } else {
      fmt::print(stderr,
                 "stopping_bench replay CUBE [FIRST_SAMPLES CONFIDENCE INDIFFERENCE ORDERS]\n"
                 "stopping_bench simulate [CONFIDENCE TRIALS]\n");
      return 2;
    }
  } catch (const std::exception& error) {
    fmt::print(stderr, "stopping_bench: {}\n", error.what());
    return 1;
  }
  return 0;
}
