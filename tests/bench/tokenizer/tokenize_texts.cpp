// Encodes and decodes texts for compare.py.
//
//   tokenize_texts MODEL_FOLDER check < texts   answers each text
//   tokenize_texts MODEL_FOLDER time  < texts   one line: processor seconds to load the tokenizer,
//                                               to encode all texts and to decode them; tokens; bytes decoded
//
// A text is its length in bytes (uint32, as all numbers here in the machine's byte order) and its bytes. An
// answer is the number of its tokens (int32), their ids (int32), then the decoded text without special tokens
// and with them, each written as a text. Where encoding fails the number is -1 and a text, the message,
// follows. Special tokens are added when encoding.
#include <ctime>
#include <exception>
#include <iostream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/text/tokenizer.hpp"

namespace {

using harsanyi::TokenId;
using harsanyi::Tokenizer;

template <class Number>
void write_number(Number number) {
  std::cout.write(reinterpret_cast<const char*>(&number), sizeof number);
}

void write_text(std::string_view text) {
  write_number(static_cast<std::uint32_t>(text.size()));
  std::cout.write(text.data(), static_cast<std::streamsize>(text.size()));
}

/// Nothing at the end of the input.
std::optional<std::string> read_text() {
  std::uint32_t length = 0;
  if (!std::cin.read(reinterpret_cast<char*>(&length), sizeof length)) return std::nullopt;
  std::string text(length, '\0');
  if (!std::cin.read(text.data(), length)) throw harsanyi::TextError{"the input ends inside a text"};
  return text;
}

void check(const Tokenizer& tokenizer) {
  while (const auto text = read_text()) {
    try {
      const auto ids = tokenizer.encode(*text, /*add_special_tokens=*/true);
      write_number(static_cast<std::int32_t>(ids.size()));
      for (const TokenId id : ids) write_number(id);
      write_text(tokenizer.decode(ids, /*skip_special_tokens=*/true));
      write_text(tokenizer.decode(ids, /*skip_special_tokens=*/false));
    } catch (const harsanyi::TextError& error) {
      write_number(std::int32_t{-1});
      write_text(error.what());
    }
  }
}

double seconds_since(std::clock_t start) {
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

void time(const Tokenizer& tokenizer, double load_seconds) {
  std::vector<std::string> texts;
  while (auto text = read_text()) texts.push_back(*std::move(text));
  std::vector<std::vector<TokenId>> encoded;
  encoded.reserve(texts.size());
  auto start = std::clock();
  for (const auto& text : texts) encoded.push_back(tokenizer.encode(text, /*add_special_tokens=*/true));
  const double encode_seconds = seconds_since(start);
  start = std::clock();
  std::size_t tokens = 0;
  std::size_t bytes = 0;
  for (const auto& ids : encoded) {
    tokens += ids.size();
    bytes += tokenizer.decode(ids, /*skip_special_tokens=*/true).size();
  }
  const double decode_seconds = seconds_since(start);
  std::cout << fmt::format("{} {} {} {} {}\n", load_seconds, encode_seconds, decode_seconds, tokens, bytes);
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc == 3 ? argv[2] : "";
  if (mode != "check" && mode != "time") {
    std::cerr << "usage: tokenize_texts MODEL_FOLDER check|time < texts\n";
    return 2;
  }
  std::ios::sync_with_stdio(false);
  std::cin.tie(nullptr);
  try {
    const auto start = std::clock();
    const auto tokenizer = Tokenizer::load(argv[1]);
    const double load_seconds = seconds_since(start);
    if (mode == "check") {
      check(tokenizer);
    } else {
      time(tokenizer, load_seconds);
    }
    return std::cout.flush() ? 0 : 1;
  } catch (const std::exception& error) {
    std::cerr << "tokenize_texts: " << error.what() << '\n';
    return 1;
  }
}
