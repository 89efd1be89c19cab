#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "worker/text/bpe.hpp"
#include "worker/text/json_part.hpp"
#include "worker/text/regex.hpp"

namespace harsanyi {

/// What becomes of the delimiters that cut a text. The text a-b--c cut at each '-' gives
enum class SplitBehavior {
  isolated,              ///< a - b - - c
  removed,               ///< a b c
  merged_with_previous,  ///< a- b- - c
  merged_with_next,      ///< a -b - -c
  contiguous,            ///< a - b -- c
};

/// Joins or drops the spans of a cut text; is_match keeps no meaning.
[[nodiscard]] std::vector<Span> arrange(std::vector<Span> spans, SplitBehavior behavior);

/// A stretch of text on its way to the model.
struct Piece {
  std::string_view text;
  bool is_at_start = false;  ///< begins where the whole input begins
};
using PieceSink = std::function<void(const Piece&)>;

/// Cuts at a pattern.
struct SplitStep {
  std::variant<std::string, Regex> pattern;
  SplitBehavior behavior;
  bool invert = false;  ///< what lies between the matches is the delimiter
  void apply(const Piece& piece, const PieceSink& sink) const;
};

/// GPT-2's step: cuts into words and leaves bytes to the model.
struct ByteLevelStep {
  bool add_prefix_space;
  std::optional<Regex> words;
  void apply(const Piece& piece, const PieceSink& sink) const;
};

/// Writes blanks as a visible character, puts one in front, and cuts before each.
struct MetaspaceStep {
  enum class Prepend { always, first, never };
  std::string replacement;
  Prepend prepend;
  bool split;
  void apply(const Piece& piece, const PieceSink& sink) const;
};

/// The prepend_scheme of a Metaspace, or what the older add_prefix_space stands for.
[[nodiscard]] MetaspaceStep::Prepend read_prepend_scheme(const JsonPart& metaspace);

/// The `pre_tokenizer` of a tokenizer file: steps that cut a text into words, each applied to the pieces of
/// the one before.
class PreTokenizer {
 public:
  PreTokenizer() = default;  ///< the whole text is one word
  /// @throws TextError  for a step other than Sequence, Split, Digits, ByteLevel, Metaspace; for a ByteLevel
  /// that is
  ///         not the last
  explicit PreTokenizer(const JsonPart& part);

  void apply(const Piece& piece, const PieceSink& sink) const { run(0, piece, sink); }

  [[nodiscard]] Alphabet alphabet() const noexcept { return alphabet_; }  ///< what the words are made of
  [[nodiscard]] bool asks_for_start() const;  ///< whether Piece::is_at_start matters

 private:
  using Step = std::variant<SplitStep, ByteLevelStep, MetaspaceStep>;
  void add(const JsonPart& part);
  void run(std::size_t step, const Piece& piece, const PieceSink& sink) const;

  std::vector<Step> steps_;
  Alphabet alphabet_ = Alphabet::characters;
};

}  // namespace harsanyi
