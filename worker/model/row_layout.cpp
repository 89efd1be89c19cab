#include "worker/model/row_layout.hpp"

#include "partition/base/error.hpp"

namespace harsanyi {

RowLayout RowLayout::sharing_prefix(std::span<const Prompt> prompts) {
  return {prompts, shared_prefix(prompts)};
}

RowLayout RowLayout::separate(std::span<const Prompt> prompts) {
  return {prompts, 0};
}

RowLayout RowLayout::next_tokens(std::span<const std::int32_t> tokens,
                                 std::span<const std::int64_t> positions) {
  RowLayout layout;
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    layout.tokens_.push_back(tokens[i]);
    layout.positions_.push_back(positions[i]);
    layout.first_row_.push_back(static_cast<std::int64_t>(i));
    layout.own_rows_.push_back(1);
    layout.last_rows_.push_back(static_cast<std::int64_t>(i));
  }
  return layout;
}

RowLayout::RowLayout(std::span<const Prompt> prompts, std::int64_t prefix) : prefix_{prefix} {
  if (prompts.empty()) throw ModelError{"a batch of no prompts"};
  const auto append = [this](const Prompt& prompt, std::int64_t from, std::int64_t to) {
    for (std::int64_t position = from; position < to; ++position) {
      tokens_.push_back(prompt.tokens[static_cast<std::size_t>(position)]);
      positions_.push_back(position);
    }
  };
  append(prompts.front(), 0, prefix);
  for (const Prompt& prompt : prompts) {
    if (prompt.tokens.empty()) throw ModelError{"a prompt of no tokens has no last position to answer at"};
    first_row_.push_back(rows());
    append(prompt, prefix, static_cast<std::int64_t>(prompt.tokens.size()));
    own_rows_.push_back(rows() - first_row_.back());
    last_rows_.push_back(rows() - 1);
  }
}

}  // namespace harsanyi
