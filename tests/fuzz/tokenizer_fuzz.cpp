#include <algorithm>

#include "tests/fuzz/fuzz_input.hpp"
#include "worker/text/tokenizer.hpp"
#include "worker/text/utf8.hpp"

// tokenizer.json; then a text of many kinds of characters, and the file's own beginning, through the
// tokenizer and back.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  constexpr std::string_view text =
      "Hello, World's 1234  \t\n  caf\u00e9 cafe\u0301 \u4e16\u754c \U0001f600 <s>the end</s> ";
  constexpr std::size_t most_own_text = 200;
  const auto input = fuzz::as_text(data, size);
  fuzz::write_input("tokenizer.json", input);
  fuzz::may_refuse([&] {
    const auto tokenizer = Tokenizer::load(fuzz::folder());
    for (const std::string& one : {std::string{text}, utf8::lossy(input.substr(0, most_own_text))})
      fuzz::may_refuse([&] {
        const auto ids = tokenizer.encode(one, /*add_special_tokens=*/true);
        static_cast<void>(tokenizer.decode(ids, /*skip_special_tokens=*/false));
      });
  });
  return 0;
}
