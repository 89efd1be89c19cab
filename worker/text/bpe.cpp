#include "worker/text/bpe.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/text/byte_level.hpp"
#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

// Stands for an unknown token that the vocabulary lacks; no merge knows it.
constexpr TokenId missing_token = -1;

void merge(const MergeTable& merges, std::vector<TokenId>& ids, std::size_t first) {
  if (ids.size() - first <= longest_scan) {
    merge_by_scan(merges, ids, first);
  } else {
    merge_by_queue(merges, ids, first);
  }
}

}  // namespace

/// Writes the first symbols of a word. The unknown token is held back until a known character follows, as in
/// `tokenizers`, where tokens of the byte fallback do not count as known characters.
struct Bpe::SymbolWriter {
  const Bpe& bpe;
  std::vector<TokenId>& ids;
  bool has_pending_unknown = false;

  /// @param token      the character's token, if it has one
  /// @param character  as spelt in tokens
  void write(std::optional<TokenId> token, std::string_view character) {
    if (token) {
      flush();
      ids.push_back(*token);
    } else if (!bpe.byte_fallback_ || !write_bytes(character)) {
      write_unknown();
    }
  }

  void flush() {
    if (has_pending_unknown) ids.push_back(bpe.unknown_id_.value_or(missing_token));
    has_pending_unknown = false;
  }

 private:
  bool write_bytes(std::string_view character) {
    const auto start = ids.size();
    for (const char byte : character) {
      const auto token = bpe.byte_tokens_[static_cast<unsigned char>(byte)];
      if (!token) {
        ids.resize(start);
        return false;
      }
      ids.push_back(*token);
    }
    return true;
  }

  void write_unknown() {
    if (!bpe.unknown_token_) return;
    if (!bpe.fuse_unknown_) flush();
    has_pending_unknown = true;
  }
};

Bpe::Bpe(const BpeModel& model, Alphabet alphabet, std::string file)
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
  for (unsigned byte = 0; byte < 256; ++byte) {
    single_bytes_[byte] = tokens_.find(std::string(1, static_cast<char>(byte)));
    byte_tokens_[byte] = spellings.find(fmt::format("<0x{:02X}>", byte));
  }
  if (unknown_token_) unknown_id_ = spellings.find(*unknown_token_);
  find_whole_words(model, alphabet);
}

/// Most words of a text are tokens; to know which tokens come out of their own text saves their merges.
void Bpe::find_whole_words(const BpeModel& model, Alphabet alphabet) {
  std::vector<TokenId> ids;
  for (const auto& [token, id] : model.vocabulary) {
    const auto text = alphabet == Alphabet::bytes ? byte_level_bytes(token) : token;
    if (!text || text->empty()) continue;
    bool is_whole = model.ignore_merges;
    if (!is_whole) {
      ids.clear();
      append_symbols(*text, ids);
      merge(merges_, ids, 0);
      is_whole = ids.size() == 1 && ids.front() == id;
    }
    if (is_whole) whole_words_.insert(*text, id);
  }
}

void Bpe::append_symbols(std::string_view word, std::vector<TokenId>& ids) const {
  SymbolWriter writer{*this, ids};
  for (std::size_t at = 0; at < word.size();) {
    const auto byte = static_cast<unsigned char>(word[at]);
    const auto length = alphabet_ == Alphabet::bytes ? 1 : utf8::sequence_length(word[at]);
    const auto character = word.substr(at, length);
    writer.write(length == 1 ? single_bytes_[byte] : tokens_.find(character),
                 alphabet_ == Alphabet::bytes ? byte_level_character(byte) : character);
    at += length;
  }
  writer.flush();
}

void Bpe::encode(std::string_view word, std::vector<TokenId>& ids) const {
  if (const auto whole = whole_words_.find(word)) {
    ids.push_back(*whole);
    return;
  }
  const auto first = ids.size();
  append_symbols(word, ids);
  if (unknown_token_ && !unknown_id_ &&
      std::find(ids.begin() + static_cast<std::ptrdiff_t>(first), ids.end(), missing_token) != ids.end())
    throw TextError{
        fmt::format("{}: the text needs the unknown token '{}', which the vocabulary lacks; add it or set "
                    "model.unk_token to null",
                    file_, *unknown_token_)};
  merge(merges_, ids, first);
}

}  // namespace harsanyi
