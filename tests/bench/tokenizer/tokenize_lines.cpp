// Encodes JSON lines of strings for compare.py.
//
//   tokenize_lines MODEL_FOLDER check < texts   one JSON line for each text: {"ids": […], "decoded": "…"}
//   tokenize_lines MODEL_FOLDER time  < texts   one JSON line: {"load_seconds", "encode_seconds", "tokens"},
//   in
//                                               seconds of this process on a processor
//
// Special tokens are added when encoding and left out when decoding.
#include <ctime>
#include <exception>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "worker/text/tokenizer.hpp"

namespace {

using harsanyi::Tokenizer;

double seconds_since(std::clock_t start) {
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

std::vector<std::string> read_texts(std::istream& input) {
  std::vector<std::string> texts;
  for (std::string line; std::getline(input, line);)
    texts.push_back(nlohmann::json::parse(line).get<std::string>());
  return texts;
}

void check(const Tokenizer& tokenizer, const std::vector<std::string>& texts) {
  for (const auto& text : texts) {
    const auto ids = tokenizer.encode(text, /*add_special_tokens=*/true);
    const nlohmann::json line{{"ids", ids}, {"decoded", tokenizer.decode(ids, /*skip_special_tokens=*/true)}};
    std::cout << line << '\n';
  }
}

void time(const Tokenizer& tokenizer, const std::vector<std::string>& texts, double load_seconds) {
  const auto start = std::clock();
  std::size_t tokens = 0;
  for (const auto& text : texts) tokens += tokenizer.encode(text, /*add_special_tokens=*/true).size();
  const nlohmann::json line{
      {"load_seconds", load_seconds}, {"encode_seconds", seconds_since(start)}, {"tokens", tokens}};
  std::cout << line << '\n';
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view mode = argc == 3 ? argv[2] : "";
  if (mode != "check" && mode != "time") {
    std::cerr << "usage: tokenize_lines MODEL_FOLDER check|time < JSON lines of strings\n";
    return 2;
  }
  try {
    const auto start = std::clock();
    const auto tokenizer = Tokenizer::load(argv[1]);
    const double load_seconds = seconds_since(start);
    const auto texts = read_texts(std::cin);
    if (mode == "check") {
      check(tokenizer, texts);
    } else {
      time(tokenizer, texts, load_seconds);
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "tokenize_lines: " << error.what() << '\n';
    return 1;
  }
}
