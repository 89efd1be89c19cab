#include "orchestrator/job/provenance.hpp"

#include <chrono>

#include <fmt/chrono.h>

namespace harsanyi {

Provenance provenance_of(const std::string& command_line, const std::string& configuration) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  return {{"program", "harsanyi " HARSANYI_VERSION},
          {"command", command_line},
          {"configuration", configuration},
          {"created",
           fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(now)))}};
}

}  // namespace harsanyi
