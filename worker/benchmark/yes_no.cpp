#include "worker/benchmark/yes_no.hpp"

#include <algorithm>
#include <cstddef>
#include <string>

namespace harsanyi {
namespace {

bool denies(std::string_view word) {
  return word == "No" || word == "not" || word == "no" || word == "NO" || word.ends_with("n't");
}

}  // namespace

bool says_yes(std::string_view answer) {
  std::string plain{answer};
  std::erase_if(plain, [](char c) { return c == '.' || c == ','; });
  for (std::size_t start = 0; start <= plain.size();) {
    const std::size_t end = std::min(plain.find(' ', start), plain.size());
    if (denies(std::string_view{plain}.substr(start, end - start))) return false;
    start = end + 1;
  }
  return true;
}

}  // namespace harsanyi
