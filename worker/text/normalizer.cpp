#include "worker/text/normalizer.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <memory>
#include <new>

#include <fmt/format.h>
#include <utf8proc.h>

#include "partition/base/error.hpp"
#include "worker/text/unicode.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

std::variant<std::string, Regex> read_pattern(const JsonPart& part) {
  if (const auto regex = part.find("Regex")) return Regex::from_oniguruma(regex->text(), regex->place());
  auto literal = part.at("String").text();
  if (literal.empty()) part.not_supported("an empty pattern");
  return literal;
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool is_one_character(std::string_view text) {
  return !text.empty() && text.size() == utf8::sequence_length(text.front());
}

struct Free {
  void operator()(unsigned char* memory) const noexcept { std::free(memory); }
};

std::string utf8proc_form(std::string_view text, unsigned form) {
  utf8proc_uint8_t* raw = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),
                   static_cast<utf8proc_ssize_t>(text.size()), &raw, static_cast<utf8proc_option_t>(form));
  const std::unique_ptr<utf8proc_uint8_t, Free> result{raw};
  if (length == UTF8PROC_ERROR_NOMEM) throw std::bad_alloc{};
  if (length < 0) throw TextError{fmt::format("cannot normalize a text: {}", utf8proc_errmsg(length))};
  return {reinterpret_cast<const char*>(raw), static_cast<std::size_t>(length)};
}

unsigned utf8proc_options(NormalForm form) {
  switch (form) {
    case NormalForm::nfc:
      return UTF8PROC_STABLE | UTF8PROC_COMPOSE;
    case NormalForm::nfd:
      return UTF8PROC_STABLE | UTF8PROC_DECOMPOSE;
    case NormalForm::nfkc:
      return UTF8PROC_STABLE | UTF8PROC_COMPOSE | UTF8PROC_COMPAT;
    case NormalForm::nfkd:
      break;
  }
  return UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | UTF8PROC_COMPAT;
}

std::string apply_step(const Prefix& prefix, std::string text) {
  if (!text.empty()) text.insert(0, prefix.text);
  return text;
}

std::string apply_step(const Strip& strip, const std::string& text) {
  std::string_view rest = text;
  if (strip.left) rest.remove_prefix(white_space_at_start(rest));
  if (strip.right) rest.remove_suffix(white_space_at_end(rest));
  return std::string{rest};
}

std::string apply_step(const Replacement& replacement, const std::string& text) {
  return replacement.apply(text);
}

std::string apply_step(CharacterChange change, const std::string& text) {
  return changed(text, change);
}

std::string apply_step(NormalForm form, const std::string& text) {
  return to_normal_form(text, form);
}

}  // namespace

std::string to_normal_form(std::string_view text, NormalForm form) {
  if (is_ascii(text)) return std::string{text};
  std::string result;
  std::size_t begin = 0;
  const auto flush = [&](std::size_t end) {
    if (begin < end) result += utf8proc_form(text.substr(begin, end - begin), utf8proc_options(form));
  };
  for (std::size_t at = 0; at < text.size();) {
    const auto length = utf8::sequence_length(text[at]);
    if (is_inert(utf8::code_point(text, at))) {
      flush(at);
      result += text.substr(at, length);
      begin = at + length;
    }
    at += length;
  }
  flush(text.size());
  return result;
}

std::string changed(std::string_view text, CharacterChange change) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); at += utf8::sequence_length(text[at])) {
    const char32_t c = utf8::code_point(text, at);
    if (change == CharacterChange::lowercase) {
      append_lowercase(result, c);
    } else if (!is_accent(c)) {
      utf8::append(result, c);
    }
  }
  return result;
}

Replacement::Replacement(const JsonPart& part)
    : pattern_{read_pattern(part.at("pattern"))}, content_{part.at("content").text()}, place_{part.place()} {
  // The package expands groups named by $ in the content of a regular expression.
  if (std::holds_alternative<Regex>(pattern_) && content_.find('$') != std::string::npos)
    part.not_supported("a replacement that refers to groups ('$')");
}

std::string Replacement::apply(std::string_view text) const {
  std::vector<Span> spans;
  if (const auto* literal = std::get_if<std::string>(&pattern_)) {
    cut_at(text, *literal, spans);
  } else {
    std::get<Regex>(pattern_).cut(text, spans);
  }
  const std::size_t most = std::max(text.size(), longest_grown_text);
  std::string result;
  result.reserve(text.size());
  for (const Span& span : spans) {
    result += span.is_match ? std::string_view{content_} : text.substr(span.begin, span.end - span.begin);
    if (result.size() > most)
      throw TextError{
          fmt::format("{}: makes a text grow beyond {} bytes; is the file the model's own?", place_, most)};
  }
  return result;
}

bool Replacement::is_character_for_character() const {
  const auto* literal = std::get_if<std::string>(&pattern_);
  return literal != nullptr && is_one_character(*literal) && is_one_character(content_);
}

Normalizer::Normalizer(const JsonPart& part) {
  add(part);
}

void Normalizer::add(const JsonPart& part) {
  static const std::map<std::string, Step> plain{{"NFC", NormalForm::nfc},
                                                 {"NFD", NormalForm::nfd},
                                                 {"NFKC", NormalForm::nfkc},
                                                 {"NFKD", NormalForm::nfkd},
                                                 {"Lowercase", CharacterChange::lowercase},
                                                 {"StripAccents", CharacterChange::strip_accents}};
  const auto type = part.type();
  if (type == "Sequence") {
    for (const auto& step : part.at("normalizers").elements()) add(step);
    return;
  }
  part.require_room_for_step(steps_.size());
  if (type == "Prepend") {
    steps_.emplace_back(Prefix{part.at("prepend").text()});
  } else if (type == "Replace") {
    steps_.emplace_back(Replacement{part});
  } else if (type == "Strip") {
    steps_.emplace_back(Strip{part.at("strip_left").boolean(), part.at("strip_right").boolean()});
  } else if (const auto step = plain.find(type); step != plain.end()) {
    steps_.push_back(step->second);
  } else {
    part.not_supported(fmt::format("the normalizer '{}'", type));
  }
}

std::string Normalizer::apply(std::string text) const {
  for (const Step& step : steps_)
    text = std::visit([&](const auto& s) { return apply_step(s, std::move(text)); }, step);
  return text;
}

bool Normalizer::is_character_for_character() const {
  return std::all_of(steps_.begin(), steps_.end(), [](const Step& step) {
    const auto* replacement = std::get_if<Replacement>(&step);
    return replacement != nullptr && replacement->is_character_for_character();
  });
}

}  // namespace harsanyi
