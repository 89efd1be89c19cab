#include "worker/text/pre_tokenizer.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "worker/text/byte_level.hpp"
#include "worker/text/unicode.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

/// Joins every span that `joins(span, is_match of the one before)` to the one before.
template <class Joins>
std::vector<Span> join(const std::vector<Span>& spans, Joins joins) {
  std::vector<Span> joined;
  bool previous_match = false;
  for (const Span& span : spans) {
    if (!joined.empty() && joins(span.is_match, previous_match)) {
      joined.back().begin = std::min(joined.back().begin, span.begin);
      joined.back().end = std::max(joined.back().end, span.end);
    } else {
      joined.push_back(span);
    }
    previous_match = span.is_match;
  }
  return joined;
}

void send(const Piece& piece, const std::vector<Span>& spans, const PieceSink& sink) {
  for (const Span& span : spans)
    if (span.begin < span.end)
      sink({piece.text.substr(span.begin, span.end - span.begin), piece.is_at_start && span.begin == 0});
}

SplitBehavior read_behavior(const JsonPart& part) {
  static const std::map<std::string, SplitBehavior> behaviors{
      {"Isolated", SplitBehavior::isolated},
      {"Removed", SplitBehavior::removed},
      {"MergedWithPrevious", SplitBehavior::merged_with_previous},
      {"MergedWithNext", SplitBehavior::merged_with_next},
      {"Contiguous", SplitBehavior::contiguous}};
  const auto found = behaviors.find(part.text());
  if (found == behaviors.end()) part.not_supported(fmt::format("the behavior '{}'", part.text()));
  return found->second;
}

SplitStep read_split(const JsonPart& part) {
  const auto pattern = part.at("pattern");
  const auto behavior = read_behavior(part.at("behavior"));
  const bool invert = part.at("invert").boolean();
  if (const auto regex = pattern.find("Regex"))
    return {Regex::from_oniguruma(regex->text(), regex->place()), behavior, invert};
  auto literal = pattern.at("String").text();
  if (literal.empty()) pattern.not_supported("an empty pattern");
  return {std::move(literal), behavior, invert};
}

SplitStep read_digits(const JsonPart& part) {
  const auto numeric = fmt::format("[\\p{{N}}{}]", extra_numeric_class());
  const bool individual = part.at("individual_digits").boolean();
  return {Regex::from_pcre2(numeric, part.place()),
          individual ? SplitBehavior::isolated : SplitBehavior::contiguous, false};
}

ByteLevelStep read_byte_level(const JsonPart& part) {
  ByteLevelStep step{part.at("add_prefix_space").boolean(), std::nullopt};
  if (part.boolean_or("use_regex", true)) step.words = Regex::from_oniguruma(gpt2_pattern, part.place());
  return step;
}

MetaspaceStep read_metaspace(const JsonPart& part) {
  auto replacement = part.at("replacement").text();
  if (replacement.empty() || replacement.size() != utf8::sequence_length(replacement.front()))
    part.fail("the replacement of Metaspace must be one character");
  return {std::move(replacement), read_prepend_scheme(part), part.boolean_or("split", true)};
}

bool prepends_at_first(const auto& step) {
  const auto* metaspace = std::get_if<MetaspaceStep>(&step);
  return metaspace != nullptr && metaspace->prepend == MetaspaceStep::Prepend::first;
}

}  // namespace

std::vector<Span> arrange(std::vector<Span> spans, SplitBehavior behavior) {
  switch (behavior) {
    case SplitBehavior::isolated:
      break;
    case SplitBehavior::removed:
      std::erase_if(spans, [](const Span& span) { return span.is_match; });
      break;
    case SplitBehavior::contiguous:
      return join(spans, [](bool match, bool previous_match) { return match == previous_match; });
    case SplitBehavior::merged_with_previous:
      return join(spans, [](bool match, bool previous_match) { return match && !previous_match; });
    case SplitBehavior::merged_with_next:
      std::reverse(spans.begin(), spans.end());
      spans = join(spans, [](bool match, bool previous_match) { return match && !previous_match; });
      std::reverse(spans.begin(), spans.end());
      break;
  }
  return spans;
}

void SplitStep::apply(const Piece& piece, const PieceSink& sink) const {
  std::vector<Span> spans;
  if (const auto* literal = std::get_if<std::string>(&pattern)) {
    cut_at(piece.text, *literal, spans);
  } else {
    std::get<Regex>(pattern).cut(piece.text, spans);
  }
  if (invert)
    for (Span& span : spans) span.is_match = !span.is_match;
  send(piece, arrange(std::move(spans), behavior), sink);
}

void ByteLevelStep::apply(const Piece& piece, const PieceSink& sink) const {
  std::string with_space;
  Piece input = piece;
  if (add_prefix_space && !piece.text.starts_with(' ')) {
    with_space = fmt::format(" {}", piece.text);
    input.text = with_space;
  }
  if (!words) return sink(input);
  std::vector<Span> spans;
  words->cut(input.text, spans);
  send(input, spans, sink);
}

void MetaspaceStep::apply(const Piece& piece, const PieceSink& sink) const {
  std::string text;
  const bool may_prepend = prepend == Prepend::always || (prepend == Prepend::first && piece.is_at_start);
  if (may_prepend && !piece.text.starts_with(' ') && !piece.text.starts_with(replacement)) text = replacement;
  for (const char c : piece.text) {
    if (c == ' ') {
      text += replacement;
    } else {
      text += c;
    }
  }
  const Piece visible{text, piece.is_at_start};
  if (!split) return sink(visible);
  std::vector<Span> spans;
  cut_at(text, replacement, spans);
  send(visible, arrange(std::move(spans), SplitBehavior::merged_with_next), sink);
}

MetaspaceStep::Prepend read_prepend_scheme(const JsonPart& metaspace) {
  using Prepend = MetaspaceStep::Prepend;
  const auto scheme = metaspace.text_or("prepend_scheme", "always");
  if (!metaspace.boolean_or("add_prefix_space", true)) {
    if (metaspace.find("prepend_scheme") && scheme != "never")
      metaspace.fail("add_prefix_space is false, so prepend_scheme must be 'never'");
    return Prepend::never;
  }
  if (scheme == "always") return Prepend::always;
  if (scheme == "first") return Prepend::first;
  if (scheme == "never") return Prepend::never;
  metaspace.fail(fmt::format("'{}' is no prepend_scheme", scheme));
}

PreTokenizer::PreTokenizer(const JsonPart& part) {
  add(part);
}

void PreTokenizer::add(const JsonPart& part) {
  const auto type = part.type();
  if (type == "Sequence") {
    for (const auto& step : part.at("pretokenizers").elements()) add(step);
    return;
  }
  part.require_room_for_step(steps_.size());  // every step is one more call inside the others
  // Later steps would see GPT-2's alphabet instead of the text.
  if (alphabet_ == Alphabet::bytes) part.not_supported("a pre-tokenizer after ByteLevel");
  if (type == "Split") {
    steps_.emplace_back(read_split(part));
  } else if (type == "Digits") {
    steps_.emplace_back(read_digits(part));
  } else if (type == "ByteLevel") {
    steps_.emplace_back(read_byte_level(part));
    alphabet_ = Alphabet::bytes;
  } else if (type == "Metaspace") {
    auto step = read_metaspace(part);
    const bool follows_metaspace = std::any_of(steps_.begin(), steps_.end(), [](const Step& earlier) {
      return std::holds_alternative<MetaspaceStep>(earlier);
    });
    if (follows_metaspace) part.not_supported("a second Metaspace");
    steps_.emplace_back(std::move(step));
  } else {
    part.not_supported(fmt::format("the pre-tokenizer '{}'", type));
  }
}

bool PreTokenizer::asks_for_start() const {
  return std::any_of(steps_.begin(), steps_.end(), [](const Step& step) { return prepends_at_first(step); });
}

void PreTokenizer::run(std::size_t step, const Piece& piece, const PieceSink& sink) const {
  if (step == steps_.size()) return sink(piece);
  const bool is_last = step + 1 == steps_.size();
  const PieceSink next =
      is_last ? PieceSink{std::ref(sink)} : PieceSink{[&](const Piece& part) { run(step + 1, part, sink); }};
  std::visit([&](const auto& s) { s.apply(piece, next); }, steps_[step]);
}

}  // namespace harsanyi
