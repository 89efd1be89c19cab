#include "orchestrator/cli/doctor/program_output.hpp"

#include <array>
#include <cstdio>
#include <memory>

#include "partition/base/shell_text.hpp"

namespace harsanyi {

std::optional<std::string> program_output(const std::vector<std::string>& words) {
  std::string command = "timeout 20";
  for (const std::string& word : words) command += ' ' + shell_quoted(word);
  command += " 2>/dev/null";
  FILE* pipe = popen(command.c_str(), "r");  // NOLINT(cert-env33-c): every word is quoted
  if (pipe == nullptr) return std::nullopt;
  std::string output;
  std::array<char, 4096> part{};
  while (const std::size_t bytes = std::fread(part.data(), 1, part.size(), pipe))
    output.append(part.data(), bytes);
  if (pclose(pipe) != 0) return std::nullopt;
  return output;
}

}  // namespace harsanyi
