#include "worker/text/tokenizer.hpp"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/text/tokenizer_file.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

struct TokenEntry {
  std::string text;
  bool is_special = false;
};

/// A file may leave holes in the numbering, so a list by id could be far longer than the file.
using TokenEntries = std::unordered_map<TokenId, TokenEntry>;

/// An added token of the normalized text is decoded in its normal form, and then counts as special only if
/// that is how a special token is written.
TokenEntries list_tokens(const TokenizerFile& file) {
  TokenEntries entries;
  entries.reserve(file.model.vocabulary.size() + file.added_tokens.size());
  for (const auto& [token, id] : file.model.vocabulary) entries[id] = TokenEntry{token};
  std::unordered_set<std::string> special;
  for (const auto& token : file.added_tokens)
    if (token.special) special.insert(token.content);
  for (const auto& token : file.added_tokens) {
    auto text = token.normalized ? file.normalizer.apply(token.content) : token.content;
    const bool is_special = special.contains(text);
    entries[token.id] = TokenEntry{std::move(text), is_special};
  }
  return entries;
}

int vocabulary_size_of(const TokenEntries& entries) {
  TokenId largest = -1;
  for (const auto& [id, entry] : entries) largest = std::max(largest, id);
  return largest + 1;
}

AddedTokenMatcher matcher_of(const TokenizerFile& file, bool normalized) {
  std::vector<AddedToken> tokens;
  for (AddedToken token : file.added_tokens) {
    if (token.normalized != normalized) continue;
    if (normalized) token.content = file.normalizer.apply(std::move(token.content));
    tokens.push_back(std::move(token));
  }
  return AddedTokenMatcher{std::move(tokens)};
}

/// A folder without tokenizer.json often holds its tokenizer in another form; the message names it.
void refuse_other_forms(const std::filesystem::path& folder) {
  if (std::filesystem::exists(folder / "tokenizer.json")) return;
  for (const char* name : {"tokenizer.model", "spiece.model", "tekken.json", "vocab.json", "vocab.txt"})
    if (std::filesystem::exists(folder / name))
      throw TextError{
          fmt::format("{}: a tokenizer in this form is not supported, only tokenizer.json; have Python's "
                      "transformers write that: "
                      "AutoTokenizer.from_pretrained(FOLDER).save_pretrained(FOLDER)",
                      (folder / name).string())};
}

}  // namespace

struct Tokenizer::State {
  std::string file;
  TokenEntries tokens;
  int vocabulary_size;
  AddedTokenMatcher as_written;
  AddedTokenMatcher in_normalized;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  Bpe model;
  PostProcessor post_processor;
  Decoder decoder;

  State(TokenizerFile parts, std::string name)
      : file{std::move(name)},
        tokens{list_tokens(parts)},
        vocabulary_size{vocabulary_size_of(tokens)},
        as_written{matcher_of(parts, false)},
        in_normalized{matcher_of(parts, true)},
        normalizer{std::move(parts.normalizer)},
        pre_tokenizer{std::move(parts.pre_tokenizer)},
        model{parts.model, pre_tokenizer.alphabet(), file},
        post_processor{std::move(parts.post_processor)},
        decoder{std::move(parts.decoder)} {}

  /// Encodes a stretch without added tokens, except those of the normalized text.
  void encode_stretch(std::string_view stretch, bool is_at_start, std::vector<TokenId>& ids) const {
    std::string storage;
    std::string_view normalized = stretch;
    if (!normalizer.is_identity()) normalized = storage = normalizer.apply(std::string{stretch});
    const PieceSink encode_word = [&](const Piece& word) { model.encode(word.text, ids); };
    in_normalized.cut(normalized, [&](std::string_view text, const AddedToken* token) {
      if (token != nullptr) {
        ids.push_back(token->id);
      } else {
        pre_tokenizer.apply({text, is_at_start && text.data() == normalized.data()}, encode_word);
      }
    });
  }
};

Tokenizer::Tokenizer(std::unique_ptr<const State> state) : state_{std::move(state)} {}
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;
Tokenizer& Tokenizer::operator=(Tokenizer&&) noexcept = default;
Tokenizer::~Tokenizer() = default;

Tokenizer Tokenizer::load(const std::filesystem::path& model_folder) {
  refuse_other_forms(model_folder);
  const auto path = model_folder / "tokenizer.json";
  return Tokenizer{std::make_unique<const State>(TokenizerFile::read(path), path.string())};
}

std::vector<TokenId> Tokenizer::encode(std::string_view text, bool add_special_tokens) const {
  if (const auto at = utf8::first_invalid_byte(text))
    throw TextError{
        fmt::format("text to encode: byte {} (0x{:02x}) of {} is not valid UTF-8; convert the text to UTF-8",
                    *at, static_cast<unsigned char>(text[*at]), text.size())};
  std::vector<TokenId> ids;
  ids.reserve(text.size() / 3 + 2);
  const auto& processor = state_->post_processor;
  if (add_special_tokens) ids = processor.before();
  state_->as_written.cut(text, [&](std::string_view stretch, const AddedToken* token) {
    if (token != nullptr) {
      ids.push_back(token->id);
    } else {
      state_->encode_stretch(stretch, stretch.data() == text.data(), ids);
    }
  });
  if (add_special_tokens) ids.insert(ids.end(), processor.after().begin(), processor.after().end());
  return ids;
}

std::string Tokenizer::decode(std::span<const TokenId> ids, bool skip_special_tokens) const {
  TokenTexts texts;
  texts.reserve(ids.size());
  for (const TokenId id : ids) {
    const auto found = state_->tokens.find(id);
    if (found == state_->tokens.end())
      throw TextError{fmt::format("{}: no token has the id {} (ids go up to {})", state_->file, id,
                                  vocabulary_size() - 1)};
    const TokenEntry& token = found->second;
    if (!token.is_special || !skip_special_tokens) texts.push_back(token.text);
  }
  return state_->decoder.apply(std::move(texts));
}

bool Tokenizer::contains(TokenId id) const noexcept {
  return state_->tokens.contains(id);
}

int Tokenizer::vocabulary_size() const noexcept {
  return state_->vocabulary_size;
}

}  // namespace harsanyi
