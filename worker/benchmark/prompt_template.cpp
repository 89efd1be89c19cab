#include "worker/benchmark/prompt_template.hpp"

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

PromptTemplate::PromptTemplate(std::string_view text) {
  const auto wrong = [&](std::size_t at, std::string_view problem) {
    return BenchmarkError{fmt::format("'{}', byte {}: {}; fields are written {{name}}", text, at, problem)};
  };
  std::size_t start = 0;
  for (;;) {
    const std::size_t open = text.find_first_of("{}", start);
    if (open == std::string_view::npos) break;
    if (text[open] == '}') throw wrong(open, "'}' closes nothing");
    const std::size_t close = text.find_first_of("{}", open + 1);
    if (close == std::string_view::npos || text[close] == '{') throw wrong(open, "'{' is not closed");
    if (close == open + 1) throw wrong(open, "a field without a name");
    pieces_.push_back({std::string{text.substr(start, open - start)},
                       std::string{text.substr(open + 1, close - open - 1)}});
    start = close + 1;
  }
  pieces_.push_back({std::string{text.substr(start)}, {}});
}

std::vector<std::string> PromptTemplate::fields() const {
  std::vector<std::string> names;
  for (const Piece& piece : pieces_)
    if (!piece.field.empty()) names.push_back(piece.field);
  return names;
}

std::string PromptTemplate::filled(const std::function<std::string(const std::string&)>& field_text) const {
  std::string prompt;
  for (const Piece& piece : pieces_) {
    prompt += piece.literal;
    if (!piece.field.empty()) prompt += field_text(piece.field);
  }
  return prompt;
}

}  // namespace harsanyi
