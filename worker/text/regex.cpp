#include "worker/text/regex.hpp"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <array>
#include <cstdint>
#include <new>
#include <optional>
#include <string>

#include <fmt/format.h>
#include <pcre2.h>

#include "partition/base/error.hpp"
#include "worker/text/regex_syntax.hpp"
#include "worker/text/unicode.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

struct FreeCode {
  void operator()(pcre2_code* code) const noexcept { pcre2_code_free(code); }
};
struct FreeMatchData {
  void operator()(pcre2_match_data* data) const noexcept { pcre2_match_data_free(data); }
};

struct FreeContext {
  void operator()(pcre2_match_context* context) const noexcept { pcre2_match_context_free(context); }
};

/// Limits on one search; PCRE2's own let a pattern take 20 GB.
pcre2_match_context* match_limits() {
  static const std::unique_ptr<pcre2_match_context, FreeContext> limits = [] {
    constexpr std::uint32_t heap_kilobytes = 256U << 10;
    std::unique_ptr<pcre2_match_context, FreeContext> context{pcre2_match_context_create(nullptr)};
    if (!context) throw std::bad_alloc{};
    pcre2_set_heap_limit(context.get(), heap_kilobytes);
    return context;
  }();
  return limits.get();
}

std::string message_of(int error) {
  std::array<unsigned char, 256> text{};
  pcre2_get_error_message(error, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

PCRE2_SPTR bytes_of(std::string_view text) {
  return reinterpret_cast<PCRE2_SPTR>(text.data());
}

}  // namespace

struct Regex::Code {
  std::unique_ptr<pcre2_code, FreeCode> compiled;
  std::string where;

  /// The first match at or after `from`.
  std::optional<Span> search(std::string_view text, std::size_t from, pcre2_match_data* data) const {
    int result = pcre2_match(compiled.get(), bytes_of(text), text.size(), from, PCRE2_NO_UTF_CHECK, data,
                             match_limits());
    if (result == PCRE2_ERROR_JIT_STACKLIMIT)  // the interpreter keeps its stack on the heap
      result = pcre2_match(compiled.get(), bytes_of(text), text.size(), from,
                           PCRE2_NO_UTF_CHECK | PCRE2_NO_JIT, data, match_limits());
    if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
    if (result < 0)
      throw TextError{
          fmt::format("{}: its regular expression failed on a text of {} bytes: {}; shorten the text", where,
                      text.size(), message_of(result))};
    const PCRE2_SIZE* ends = pcre2_get_ovector_pointer(data);
    return Span{ends[0], ends[1], true};
  }
};

Regex Regex::from_oniguruma(std::string_view pattern, std::string_view where) {
  return from_pcre2(pcre2_pattern(pattern, where), where);
}

Regex Regex::from_pcre2(std::string_view pattern, std::string_view where) {
  int error = 0;
  PCRE2_SIZE at = 0;
  // Ruby's ^ and $ stand at the ends of lines, and a line ends with \n alone.
  const std::string with_newline = fmt::format("(*LF){}", pattern);
  auto code = std::make_shared<Code>();
  code->where = where;
  code->compiled.reset(pcre2_compile(bytes_of(with_newline), with_newline.size(),
                                     PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C,
                                     &error, &at, nullptr));
  if (!code->compiled)
    throw TextError{fmt::format("{}: the regular expression '{}' does not compile: {}", where, pattern,
                                message_of(error))};
  pcre2_jit_compile(code->compiled.get(),
                    PCRE2_JIT_COMPLETE);  // without it (no such CPU) matching is only slower
  return Regex{std::move(code)};
}

void Regex::cut(std::string_view text, std::vector<Span>& spans) const {
  spans.clear();
  std::string storage;
  const std::string_view subject = with_characters_of_unicode_14(text, storage);
  const std::unique_ptr<pcre2_match_data, FreeMatchData> data{pcre2_match_data_create(1, nullptr)};
  if (!data) throw std::bad_alloc{};
  std::size_t covered = 0;
  std::optional<std::size_t> last_end;
  for (std::size_t from = 0; from <= subject.size();) {
    const auto match = code_->search(subject, from, data.get());
    if (!match) break;
    if (match->begin == match->end &&
        last_end == match->end) {  // an empty match right after a match does not count
      from += from < subject.size() ? utf8::sequence_length(subject[from]) : 1;
      continue;
    }
    if (covered < match->begin) spans.push_back({covered, match->begin, false});
    spans.push_back(*match);
    last_end = from = covered = match->end;
  }
  if (covered < text.size()) spans.push_back({covered, text.size(), false});
}

void cut_at(std::string_view text, std::string_view literal, std::vector<Span>& spans) {
  spans.clear();
  std::size_t covered = 0;
  for (auto at = text.find(literal); at != std::string_view::npos; at = text.find(literal, covered)) {
    if (covered < at) spans.push_back({covered, at, false});
    covered = at + literal.size();
    spans.push_back({at, covered, true});
  }
  if (covered < text.size()) spans.push_back({covered, text.size(), false});
}

}  // namespace harsanyi
