#include "worker/text/bpe.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/text/byte_level.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

// Above this many symbols the queue is the faster way to merge (tests/bench/tokenizer).
constexpr std::size_t longest_scan = 48;

// Stands for an unknown token that the vocabulary lacks; no merge knows it.
constexpr TokenId missing_token = -1;

}  // namespace

/// Writes the first symbols of a word. The unknown token is held back until a known character follows, as in
/// `tokenizers`, where tokens of the byte fallback do not count as known characters.
struct Bpe::SymbolWriter {
  const Bpe& bpe;
  std::vector<TokenId>& symbols;
  std::optional<TokenId> pending_unknown;

  /// @param token      the character's token, if it has one
  /// @param character  as spelt in tokens
  void write(std::optional<TokenId> token, std::string_view character) {
    if (token) {
      flush();
      symbols.push_back(*token);
    } else if (!bpe.byte_fallback_ || !write_bytes(character)) {
      write_unknown();
    }
  }

  void flush() {
    if (pending_unknown) symbols.push_back(*pending_unknown);
    pending_unknown.reset();
  }

 private:
  bool write_bytes(std::string_view character) {
    const auto start = symbols.size();
    for (const char byte : character) {
      const auto token = bpe.byte_tokens_[static_cast<unsigned char>(byte)];
      if (!token) {
        symbols.resize(start);
        return false;
      }
      symbols.push_back(*token);
    }
    return true;
  }

  void write_unknown() {
    if (!bpe.unknown_token_) return;
    if (pending_unknown && bpe.fuse_unknown_) return;
    flush();
    pending_unknown = bpe.unknown_id_.value_or(missing_token);
  }
};

Bpe::Bpe(BpeModel model, Alphabet alphabet, std::string file)
    : alphabet_{alphabet},
      merges_{model.merges.size()},
      unknown_token_{model.unknown_token},
      fuse_unknown_{model.fuse_unknown},
      byte_fallback_{model.byte_fallback},
      file_{std::move(file)} {
  std::uint32_t rank = 0;
  for (const auto& [left, right, merged] : model.merges) merges_.set(left, right, {rank++, merged});
  TokenTable spellings;
  for (const auto& [token, id] : model.vocabulary) {
    spellings.insert(token, id);
    // A token with a character outside the byte alphabet cannot come out of a word made of bytes.
    const auto text = alphabet == Alphabet::bytes ? byte_level_bytes(token) : token;
    if (text) tokens_.insert(*text, id);
  }
  for (unsigned byte = 0; byte < 256; ++byte)
    byte_tokens_[byte] = spellings.find(fmt::format("<0x{:02X}>", byte));
  if (unknown_token_) unknown_id_ = spellings.find(*unknown_token_);
  find_whole_words(model, alphabet);
}

/// Most words of a text are tokens; knowing beforehand which tokens come out of their own text saves their
/// merges.
void Bpe::find_whole_words(const BpeModel& model, Alphabet alphabet) {
  std::vector<TokenId> ids;
  for (const auto& [token, id] : model.vocabulary) {
    const auto text = alphabet == Alphabet::bytes ? byte_level_bytes(token) : token;
    if (!text || text->empty()) continue;
    bool is_whole = model.ignore_merges;
    if (!is_whole) {
      auto symbols = symbols_of(*text);
      ids.clear();
      merge(symbols, ids);
      is_whole = ids.size() == 1 && ids.front() == id;
    }
    if (is_whole) whole_words_.insert(*text, id);
  }
}

std::vector<TokenId> Bpe::symbols_of(std::string_view word) const {
  std::vector<TokenId> symbols;
  symbols.reserve(word.size());
  SymbolWriter writer{*this, symbols, std::nullopt};
  if (alphabet_ == Alphabet::bytes) {
    for (std::size_t at = 0; at < word.size(); ++at)
      writer.write(tokens_.find(word.substr(at, 1)),
                   byte_level_character(static_cast<unsigned char>(word[at])));
  } else {
    for (std::size_t at = 0; at < word.size();) {
      const auto character = word.substr(at, utf8::sequence_length(word[at]));
      writer.write(tokens_.find(character), character);
      at += character.size();
    }
  }
  writer.flush();
  return symbols;
}

void Bpe::merge(std::vector<TokenId>& symbols, std::vector<TokenId>& ids) const {
  if (symbols.size() <= longest_scan) {
    merge_by_scan(merges_, symbols);
  } else {
    merge_by_queue(merges_, symbols);
  }
  ids.insert(ids.end(), symbols.begin(), symbols.end());
}

void Bpe::encode(std::string_view word, std::vector<TokenId>& ids) const {
  if (const auto whole = whole_words_.find(word)) {
    ids.push_back(*whole);
    return;
  }
  auto symbols = symbols_of(word);
  if (unknown_token_ && !unknown_id_ &&
      std::find(symbols.begin(), symbols.end(), missing_token) != symbols.end())
    throw TextError{
        fmt::format("{}: the text needs the unknown token '{}', which the vocabulary lacks; add it or set "
                    "model.unk_token to null",
                    file_, *unknown_token_)};
  merge(symbols, ids);
}

}  // namespace harsanyi
