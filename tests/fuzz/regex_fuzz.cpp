#include "tests/fuzz/fuzz_input.hpp"
#include "worker/text/regex.hpp"
#include "worker/text/utf8.hpp"

// A regular expression of tokenizer.json, up to the first newline, and a text to cut with it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  const auto input = fuzz::as_text(data, size);
  const auto end = std::min(input.find('\n'), size);
  const std::string pattern = utf8::lossy(input.substr(0, end));
  const std::string text = end == size ? "" : utf8::lossy(input.substr(end + 1));
  fuzz::may_refuse([&] {
    std::vector<Span> spans;
    Regex::from_oniguruma(pattern, "regex").cut(text, spans);
    std::size_t covered = 0;  // spans are in order, without gaps
    for (const Span& span : spans) {
      if (span.begin != covered || span.end < span.begin) std::abort();
      covered = span.end;
    }
    if (covered != text.size()) std::abort();
  });
  return 0;
}
