#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace harsanyi {

/// A prompt with {field} in the places that a row fills, e.g. "Sentence: {text} \nSentiment: ".
/// Braces in the row's own text stay as they are: a template is filled in one pass.
class PromptTemplate {
 public:
  /// @throws BenchmarkError  for a brace without a partner or an empty field name; the text names the
  /// position.
  ///         There is no way to write a literal brace.
  explicit PromptTemplate(std::string_view text);

  /// Names of the fields, in order of appearance.
  [[nodiscard]] std::vector<std::string> fields() const;

  /// The prompt; `field_text` gives the text of a field.
  [[nodiscard]] std::string filled(const std::function<std::string(const std::string&)>& field_text) const;

 private:
  struct Piece {
    std::string literal;  ///< goes in front of the field
    std::string field;    ///< empty for the text after the last field
  };
  std::vector<Piece> pieces_;
};

}  // namespace harsanyi
