#include "orchestrator/run/environment.hpp"

#include <array>
#include <charconv>
#include <cstdlib>

#include <unistd.h>

namespace harsanyi {

std::string environment(const char* name) {
  const char* text = std::getenv(name);
  return text == nullptr ? "" : text;
}

std::optional<int> number_in_environment(const char* name) {
  const std::string text = environment(name);
  const char* last = text.data() + text.size();
  int number = 0;
  const auto [end, problem] = std::from_chars(text.data(), last, number);
  if (problem != std::errc{} || end != last) return std::nullopt;
  return number;
}

std::string host_name() {
  std::array<char, 256> name{};
  return gethostname(name.data(), name.size() - 1) == 0 ? name.data() : "";
}

}  // namespace harsanyi
