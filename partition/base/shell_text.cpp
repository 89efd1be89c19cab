#include "partition/base/shell_text.hpp"

#include <algorithm>
#include <string_view>

namespace harsanyi {
namespace {

bool is_plain(char c) {
  constexpr std::string_view kOtherPlain{"_-./=:,+@%"};
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOtherPlain.find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_quoted(const std::string& text) {
  if (!text.empty() && std::all_of(text.begin(), text.end(), is_plain)) return text;
  std::string quoted{"'"};
  for (const char c : text) {
    if (c == '\'')
      quoted += "'\\''";
    else
      quoted += c;
  }
  return quoted + "'";
}

}  // namespace harsanyi
