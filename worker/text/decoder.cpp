#include "worker/text/decoder.hpp"

#include <cctype>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "worker/text/byte_level.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

constexpr std::string_view replacement_character = "\xEF\xBF\xBD";

std::optional<char> byte_of_fallback_token(std::string_view token) {
  if (token.size() != 6 || !token.starts_with("<0x") || token.back() != '>') return std::nullopt;
  const auto digits = std::string{token.substr(3, 2)};
  for (const char digit : digits)
    if (std::isxdigit(static_cast<unsigned char>(digit)) == 0) return std::nullopt;
  return static_cast<char>(std::stoi(digits, nullptr, 16));
}

std::string without_ends(std::string_view text, std::string_view character, std::size_t start,
                         std::size_t stop) {
  for (std::size_t k = 0; k < start && text.starts_with(character); ++k) text.remove_prefix(character.size());
  for (std::size_t k = 0; k < stop && text.ends_with(character); ++k) text.remove_suffix(character.size());
  return std::string{text};
}

std::string replace_all(std::string_view text, std::string_view from, std::string_view to) {
  std::string result;
  std::vector<Span> spans;
  cut_at(text, from, spans);
  for (const Span& span : spans)
    result += span.is_match ? to : text.substr(span.begin, span.end - span.begin);
  return result;
}

std::string one_character(const JsonPart& part) {
  auto character = part.text();
  if (character.empty() || character.size() != utf8::sequence_length(character.front()))
    part.fail("expected one character");
  return character;
}

}  // namespace

TokenTexts ByteLevelDecoder::apply(const TokenTexts& tokens) const {
  std::string bytes;
  for (const auto& token : tokens) bytes += byte_level_bytes(token).value_or(token);
  return {utf8::lossy(bytes)};
}

TokenTexts ByteFallbackDecoder::apply(TokenTexts tokens) const {
  TokenTexts result;
  std::string run;
  const auto flush = [&] {
    if (run.empty()) return;
    if (utf8::first_invalid_byte(run)) {
      result.insert(result.end(), run.size(), std::string{replacement_character});
    } else {
      result.push_back(run);
    }
    run.clear();
  };
  for (auto& token : tokens) {
    if (const auto byte = byte_of_fallback_token(token)) {
      run += *byte;
    } else {
      flush();
      result.push_back(std::move(token));
    }
  }
  flush();
  return result;
}

TokenTexts FuseDecoder::apply(const TokenTexts& tokens) const {
  return {fmt::format("{}", fmt::join(tokens, ""))};
}

TokenTexts StripDecoder::apply(TokenTexts tokens) const {
  for (auto& token : tokens) token = without_ends(token, character, start, stop);
  return tokens;
}

TokenTexts MetaspaceDecoder::apply(TokenTexts tokens) const {
  for (std::size_t i = 0; i < tokens.size(); ++i)
    tokens[i] = replace_all(tokens[i], replacement, i == 0 && drops_first ? "" : " ");
  return tokens;
}

TokenTexts ReplaceDecoder::apply(TokenTexts tokens) const {
  for (auto& token : tokens) token = replacement.apply(token);
  return tokens;
}

Decoder::Decoder(const JsonPart& part) : joins_with_blanks_{false} {
  add(part);
}

void Decoder::add(const JsonPart& part) {
  const auto type = part.type();
  if (type == "Sequence") {
    for (const auto& step : part.at("decoders").elements()) add(step);
    return;
  }
  part.require_room_for_step(steps_.size());
  if (type == "ByteLevel") {
    steps_.emplace_back(ByteLevelDecoder{});
  } else if (type == "ByteFallback") {
    steps_.emplace_back(ByteFallbackDecoder{});
  } else if (type == "Fuse") {
    steps_.emplace_back(FuseDecoder{});
  } else if (type == "Strip") {
    steps_.emplace_back(StripDecoder{one_character(part.at("content")),
                                     static_cast<std::size_t>(part.at("start").count()),
                                     static_cast<std::size_t>(part.at("stop").count())});
  } else if (type == "Metaspace") {
    const bool drops_first = read_prepend_scheme(part) != MetaspaceStep::Prepend::never;
    steps_.emplace_back(MetaspaceDecoder{one_character(part.at("replacement")), drops_first});
  } else if (type == "Replace") {
    steps_.emplace_back(ReplaceDecoder{Replacement{part}});
  } else {
    part.not_supported(fmt::format("the decoder '{}'", type));
  }
}

std::string Decoder::apply(TokenTexts tokens) const {
  if (joins_with_blanks_) return fmt::format("{}", fmt::join(tokens, " "));
  for (const Step& step : steps_)
    tokens = std::visit([&](const auto& s) { return s.apply(std::move(tokens)); }, step);
  return fmt::format("{}", fmt::join(tokens, ""));
}

}  // namespace harsanyi
