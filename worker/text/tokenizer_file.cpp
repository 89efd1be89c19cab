#include "worker/text/tokenizer_file.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace harsanyi {
namespace {

using Vocabulary = std::unordered_map<std::string, TokenId>;

Vocabulary read_vocabulary(const JsonPart& part) {
  if (!part.json().is_object())
    part.fail(fmt::format("expected an object, found {}", part.json().type_name()));
  Vocabulary vocabulary;
  vocabulary.reserve(part.json().size());
  std::unordered_set<TokenId> ids;
  for (const auto& [token, value] : part.json().items()) {
    const TokenId id = JsonPart{value, fmt::format("{}['{}']", part.place(), token)}.token_id();
    if (!ids.insert(id).second)
      part.fail(fmt::format("two tokens have the id {}, one of them '{}'", id, token));
    vocabulary.emplace(token, id);
  }
  return vocabulary;
}

/// A merge as "left right" or as ["left", "right"].
std::pair<std::string, std::string> read_pair(const JsonPart& part) {
  if (part.json().is_array()) {
    const auto sides = part.elements();
    if (sides.size() != 2) part.fail("a merge has two sides");
    return {sides[0].text(), sides[1].text()};
  }
  const auto line = part.text();
  const auto blank = line.find(' ');
  if (blank == std::string::npos || line.find(' ', blank + 1) != std::string::npos)
    part.fail(fmt::format("the merge '{}' is not two tokens with one blank between", line));
  return {line.substr(0, blank), line.substr(blank + 1)};
}

bool is_version_line(const JsonPart& merge) {
  return merge.json().is_string() && merge.text().starts_with("#version");
}

std::vector<BpeModel::MergeRule> read_merges(const JsonPart& part, const Vocabulary& vocabulary) {
  std::vector<BpeModel::MergeRule> merges;
  for (const auto& merge : part.elements()) {
    if (is_version_line(merge)) continue;
    const auto [left, right] = read_pair(merge);
    if (left.empty() || right.empty()) merge.fail("a merge with an empty side");
    const auto id_of = [&](const std::string& token) {
      const auto found = vocabulary.find(token);
      if (found == vocabulary.end())
        merge.fail(fmt::format("the vocabulary lacks '{}', which this merge needs", token));
      return found->second;
    };
    merges.push_back({id_of(left), id_of(right), id_of(left + right)});
  }
  return merges;
}

void refuse_unless_empty(const JsonPart& model, const char* key) {
  const auto member = model.find(key);
  if (member && !member->text().empty()) member->not_supported(fmt::format("a {} in the model", key));
}

BpeModel read_model(const JsonPart& part, Vocabulary& vocabulary) {
  if (const auto type = part.text_or("type", "BPE"); type != "BPE")
    part.not_supported(fmt::format("the model '{}' (only BPE)", type));
  refuse_unless_empty(part, "continuing_subword_prefix");
  refuse_unless_empty(part, "end_of_word_suffix");
  const auto dropout = part.find("dropout");
  if (dropout && dropout->json() != 0) dropout->not_supported("dropout, which is random,");
  BpeModel model;
  vocabulary = read_vocabulary(part.at("vocab"));
  model.vocabulary.assign(vocabulary.begin(), vocabulary.end());
  model.merges = read_merges(part.at("merges"), vocabulary);
  if (const auto unknown = part.find("unk_token")) model.unknown_token = unknown->text();
  model.fuse_unknown = part.boolean_or("fuse_unk", false);
  model.byte_fallback = part.boolean_or("byte_fallback", false);
  model.ignore_merges = part.boolean_or("ignore_merges", false);
  return model;
}

/// The package numbers added tokens itself: as in the vocabulary, else from its size on in order of
/// appearance. A file that says otherwise has two readings.
std::vector<AddedToken> read_added_tokens(const JsonPart& list, const Vocabulary& vocabulary) {
  std::vector<AddedToken> tokens;
  std::unordered_set<std::string> contents;
  std::unordered_set<TokenId> vocabulary_ids;
  for (const auto& [token, id] : vocabulary) vocabulary_ids.insert(id);
  auto next_id = static_cast<TokenId>(vocabulary.size());
  for (const auto& part : list.elements()) {
    AddedToken token{part.at("id").token_id(),         part.at("content").text(),
                     part.at("single_word").boolean(), part.at("lstrip").boolean(),
                     part.at("rstrip").boolean(),      part.at("normalized").boolean(),
                     part.at("special").boolean()};
    if (token.content.empty()) continue;
    if (!contents.insert(token.content).second) part.fail(fmt::format("'{}' is listed twice", token.content));
    const auto known = vocabulary.find(token.content);
    const TokenId expected = known != vocabulary.end() ? known->second : next_id++;
    if (token.id != expected)
      part.fail(
          fmt::format("'{}' has the id {}, but its place makes it {}", token.content, token.id, expected));
    if (known == vocabulary.end() && vocabulary_ids.contains(token.id))
      part.fail(fmt::format("'{}' has the id {} of another token", token.content, token.id));
    tokens.push_back(std::move(token));
  }
  return tokens;
}

void refuse_unless_null(const JsonPart& root, const char* key) {
  if (const auto member = root.find(key))
    member->not_supported(fmt::format("{} (set it to null: prompts are never cut or padded here)", key));
}

template <class Part>
Part read_part(const JsonPart& root, const char* key) {
  const auto part = root.find(key);
  return part ? Part{*part} : Part{};
}

void check_template_ids(const JsonPart& root, const TokenizerFile& file) {
  std::unordered_set<TokenId> ids;
  for (const auto& [token, id] : file.model.vocabulary) ids.insert(id);
  for (const auto& token : file.added_tokens) ids.insert(token.id);
  for (const auto* list : {&file.post_processor.before(), &file.post_processor.after()})
    for (const TokenId id : *list)
      if (!ids.contains(id)) root.at("post_processor").fail(fmt::format("no token has the id {}", id));
}

}  // namespace

TokenizerFile TokenizerFile::read(const std::filesystem::path& path) {
  const auto json = read_json_file(path);
  const JsonPart root{json, path.string() + ": "};
  refuse_unless_null(root, "truncation");
  refuse_unless_null(root, "padding");
  TokenizerFile file;
  Vocabulary vocabulary;
  file.model = read_model(root.at("model"), vocabulary);
  if (const auto added = root.find("added_tokens")) file.added_tokens = read_added_tokens(*added, vocabulary);
  file.normalizer = read_part<Normalizer>(root, "normalizer");
  file.pre_tokenizer = read_part<PreTokenizer>(root, "pre_tokenizer");
  file.post_processor = read_part<PostProcessor>(root, "post_processor");
  file.decoder = read_part<Decoder>(root, "decoder");
  check_template_ids(root, file);
  // Which characters a longer replacement comes from is not tracked.
  if (file.pre_tokenizer.asks_for_start() && !file.normalizer.is_character_for_character())
    root.at("pre_tokenizer").not_supported("prepend_scheme 'first' together with this normalizer");
  return file;
}

}  // namespace harsanyi
