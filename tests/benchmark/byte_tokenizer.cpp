#include "byte_tokenizer.hpp"

#include <fstream>

#include <nlohmann/json.hpp>

namespace harsanyi::test {
namespace {

using nlohmann::json;

/// The letter that stands for a byte in byte-level vocabularies (GPT-2's bytes_to_unicode), as UTF-8.
std::string letter_of(int byte) {
  const auto stands_for_itself = [](int b) {
    return (b >= 33 && b <= 126) || (b >= 161 && b <= 172) || (b >= 174 && b <= 255);
  };
  int code = byte;
  if (!stands_for_itself(byte)) {
    code = 256;
    for (int b = 0; b < byte; ++b) code += stands_for_itself(b) ? 0 : 1;
  }
  if (code < 128) return {static_cast<char>(code)};
  return {static_cast<char>(0xC0 | (code >> 6)), static_cast<char>(0x80 | (code & 0x3F))};
}

json added_token(TokenId id, const std::string& content, bool special) {
  return {{"id", id},        {"content", content},  {"single_word", !special}, {"lstrip", false},
          {"rstrip", false}, {"normalized", false}, {"special", special}};
}

json description(const std::vector<std::string>& words, bool with_bos) {
  json added_tokens = json::array({added_token(kBos, "<s>", true)});
  for (const std::string& word : words)
    added_tokens.push_back(added_token(kBos + static_cast<TokenId>(added_tokens.size()), word, false));
  json vocabulary = json::object();
  for (int byte = 0; byte < 256; ++byte) vocabulary[letter_of(byte)] = byte;
  const json byte_level{
      {"type", "ByteLevel"}, {"add_prefix_space", false}, {"trim_offsets", true}, {"use_regex", true}};
  const json bos{{"SpecialToken", {{"id", "<s>"}, {"type_id", 0}}}};
  const json first{{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
  const json second{{"Sequence", {{"id", "B"}, {"type_id", 0}}}};
  const json begin_token{
      {"type", "TemplateProcessing"},
      {"single", {bos, first}},
      {"pair", {bos, first, bos, second}},
      {"special_tokens", {{"<s>", {{"id", "<s>"}, {"ids", {kBos}}, {"tokens", {"<s>"}}}}}}};
  return {{"version", "1.0"},
          {"truncation", nullptr},
          {"padding", nullptr},
          {"added_tokens", added_tokens},
          {"normalizer", nullptr},
          {"pre_tokenizer", byte_level},
          {"post_processor", with_bos ? begin_token : json{}},
          {"decoder", byte_level},
          {"model",
           {{"type", "BPE"},
            {"dropout", nullptr},
            {"unk_token", nullptr},
            {"continuing_subword_prefix", nullptr},
            {"end_of_word_suffix", nullptr},
            {"fuse_unk", false},
            {"byte_fallback", false},
            {"ignore_merges", false},
            {"vocab", vocabulary},
            {"merges", json::array()}}}};
}

}  // namespace

Tokenizer load_byte_tokenizer(const std::filesystem::path& folder, const std::vector<std::string>& words,
                              bool bos) {
  std::ofstream{folder / "tokenizer.json"} << description(words, bos).dump();
  return Tokenizer::load(folder);
}

std::vector<std::string> letter_words() {
  return {" A", " B", " C", " D", " E", " F", " G"};
}

Benchmark with_numbered_labels(Benchmark benchmark) {
  for (std::size_t i = 0; i < benchmark.label_words.size(); ++i) benchmark.label_words[i] = std::to_string(i);
  return benchmark;
}

}  // namespace harsanyi::test
