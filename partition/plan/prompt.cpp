#include "partition/plan/prompt.hpp"

#include <algorithm>

namespace harsanyi {

std::int64_t shared_prefix(std::span<const Prompt> prompts) {
  if (prompts.size() < 2) return 0;
  const auto& first = prompts.front().tokens;
  auto shared = static_cast<std::int64_t>(first.size()) - 1;
  for (const Prompt& prompt : prompts.subspan(1)) {
    const auto most =
        std::max<std::int64_t>(0, std::min(shared, static_cast<std::int64_t>(prompt.tokens.size()) - 1));
    shared = std::mismatch(first.begin(), first.begin() + most, prompt.tokens.begin()).first - first.begin();
  }
  return std::max<std::int64_t>(0, shared);
}

}  // namespace harsanyi
