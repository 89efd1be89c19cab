#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "worker/text/tokenizer.hpp"
#include "worker/text/vocabulary.hpp"

namespace harsanyi {

/// What the words given to a BPE model are made of.
enum class Alphabet {
  characters,  ///< Unicode characters, spelt in tokens as themselves
  bytes,       ///< bytes, spelt in tokens by GPT-2's alphabet (byte_level.hpp)
};

/// The parts of a tokenizer file's model.
struct BpeModel {
  std::vector<std::pair<std::string, TokenId>> vocabulary;  ///< a bijection
  struct MergeRule {
    TokenId left, right, merged;
  };
  std::vector<MergeRule> merges;  ///< in order of rank
  std::optional<std::string> unknown_token;
  bool fuse_unknown = false;   ///< one unknown token for a run of unknown characters
  bool byte_fallback = false;  ///< spell an unknown character by the tokens <0x00> to <0xFF> if all are there
  bool ignore_merges = false;  ///< a word that is a token becomes that token
};

/// Byte pair encoding as in `tokenizers`: a word starts as its single characters; the neighbours of lowest
/// rank, the leftmost first, merge until no pair of neighbours has a rank. Immutable.
class Bpe {
 public:
  Bpe(const BpeModel& model, Alphabet alphabet, std::string file);

  /// Appends the tokens of one word. Characters without a token are dropped if the model has no unknown
  /// token.
  /// @throws TextError  if the unknown token is needed and not in the vocabulary
  void encode(std::string_view word, std::vector<TokenId>& ids) const;

 private:
  struct SymbolWriter;
  void append_symbols(std::string_view word, std::vector<TokenId>& ids) const;
  void find_whole_words(const BpeModel& model, Alphabet alphabet);

  Alphabet alphabet_;
  TokenTable tokens_;                                     ///< by text, or by bytes for Alphabet::bytes
  TokenTable whole_words_;                                ///< the tokens that their own text is encoded as
  std::array<std::optional<TokenId>, 256> single_bytes_;  ///< the tokens of one byte, to spare the search
  std::array<std::optional<TokenId>, 256> byte_tokens_;   ///< <0x00> to <0xFF>
  MergeTable merges_;
  std::optional<std::string> unknown_token_;
  std::optional<TokenId> unknown_id_;
  bool fuse_unknown_;
  bool byte_fallback_;
  std::string file_;
};

/// The longest word that merge_by_scan takes; above it the queue is the faster one anyway.
inline constexpr std::size_t longest_scan = 48;

/// The merge loop of Bpe, on the tokens from `first` on, in place. The scan takes quadratic time and is the
/// faster one for short words, the queue takes n log n; their results are equal.
void merge_by_scan(const MergeTable& merges, std::vector<TokenId>& ids, std::size_t first);
void merge_by_queue(const MergeTable& merges, std::vector<TokenId>& ids, std::size_t first);

}  // namespace harsanyi
