#include "worker/text/tokenizer_file.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

namespace harsanyi {
namespace {

using Vocabulary = std::unordered_map<std::string, TokenId>;

bool is_token_id(const nlohmann::json& value) {
  return value.is_number_unsigned() &&
         value.get<std::uint64_t>() <= static_cast<std::uint64_t>(largest_token_id);
}

// Vocabulary and merges have 10^5 entries: the place of one is only written down where it is wrong.

Vocabulary read_vocabulary(const JsonPart& part) {
  if (!part.json().is_object())
    part.fail(fmt::format("expected an object, found {}", part.json().type_name()));
  Vocabulary vocabulary;
  vocabulary.reserve(part.json().size());
  std::vector<bool> is_taken;
  for (const auto& [token, value] : part.json().items()) {
    if (!is_token_id(value))
      part.fail(fmt::format("the id of '{}' is no whole number from 0 to {}", token, largest_token_id));
    const auto id = value.get<TokenId>();
    const auto index = static_cast<std::size_t>(id);
    if (index >= is_taken.size()) is_taken.resize(index + 1);
    if (is_taken[index]) part.fail(fmt::format("two tokens have the id {}, one of them '{}'", id, token));
    is_taken[index] = true;
    vocabulary.emplace(token, id);
  }
  return vocabulary;
}

/// The two sides of a merge, written "left right" or ["left", "right"]; nothing if it is neither.
std::optional<std::pair<std::string, std::string>> sides_of(const nlohmann::json& merge) {
  std::pair<std::string, std::string> sides;
  if (merge.is_array() && merge.size() == 2 && merge[0].is_string() && merge[1].is_string()) {
    sides = {merge[0].get<std::string>(), merge[1].get<std::string>()};
  } else if (merge.is_string()) {
    const auto& line = merge.get_ref<const std::string&>();
    const auto blank = line.find(' ');
    if (blank == std::string::npos || line.find(' ', blank + 1) != std::string::npos) return std::nullopt;
    sides = {line.substr(0, blank), line.substr(blank + 1)};
  }
  if (sides.first.empty() || sides.second.empty()) return std::nullopt;
  return sides;
}

bool is_version_line(const nlohmann::json& merge) {
  return merge.is_string() && merge.get_ref<const std::string&>().starts_with("#version");
}

std::vector<BpeModel::MergeRule> read_merges(const JsonPart& part, const Vocabulary& vocabulary) {
  if (!part.json().is_array()) part.fail(fmt::format("expected an array, found {}", part.json().type_name()));
  std::vector<BpeModel::MergeRule> merges;
  merges.reserve(part.json().size());
  for (const auto& merge : part.json()) {
    if (is_version_line(merge)) continue;
    const auto sides = sides_of(merge);
    if (!sides) part.fail(fmt::format("merge {} is not 'left right' or ['left', 'right']", merges.size()));
    const auto id_of = [&](const std::string& token) {
      const auto found = vocabulary.find(token);
      if (found == vocabulary.end())
        part.fail(fmt::format("the vocabulary lacks '{}', which merge {} needs", token, merges.size()));
      return found->second;
    };
    const auto& [left, right] = *sides;
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
  const auto json = read_tokenizer_json(path);
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
