#pragma once

#include <string>
#include <variant>
#include <vector>

#include "worker/text/json_part.hpp"
#include "worker/text/normalizer.hpp"
#include "worker/text/pre_tokenizer.hpp"

namespace harsanyi {

using TokenTexts = std::vector<std::string>;

/// Tokens in GPT-2's alphabet to one text; other tokens stand for themselves, ill-formed parts become U+FFFD.
struct ByteLevelDecoder {
  [[nodiscard]] TokenTexts apply(const TokenTexts& tokens) const;
};
/// Runs of <0x00> to <0xFF> to text; U+FFFD for each byte of a run that is not well formed.
struct ByteFallbackDecoder {
  [[nodiscard]] TokenTexts apply(TokenTexts tokens) const;
};
struct FuseDecoder {
  [[nodiscard]] TokenTexts apply(const TokenTexts& tokens) const;
};
/// Takes up to `start` and `stop` copies of a character off the ends of each token.
struct StripDecoder {
  std::string character;
  std::size_t start;
  std::size_t stop;
  [[nodiscard]] TokenTexts apply(TokenTexts tokens) const;
};
/// The visible blank back to a blank; in the first token to nothing, if the pre-tokenizer had put one there.
struct MetaspaceDecoder {
  std::string replacement;
  bool drops_first;
  [[nodiscard]] TokenTexts apply(TokenTexts tokens) const;
};
struct ReplaceDecoder {
  Replacement replacement;
  [[nodiscard]] TokenTexts apply(TokenTexts tokens) const;
};

/// The `decoder` of a tokenizer file.
class Decoder {
 public:
  Decoder() = default;  ///< joins tokens with blanks
  /// @throws TextError  for a step other than Sequence, ByteLevel, ByteFallback, Fuse, Strip, Metaspace,
  /// Replace
  explicit Decoder(const JsonPart& part);

  [[nodiscard]] std::string apply(TokenTexts tokens) const;

 private:
  using Step = std::variant<ByteLevelDecoder, ByteFallbackDecoder, FuseDecoder, StripDecoder,
                            MetaspaceDecoder, ReplaceDecoder>;
  void add(const JsonPart& part);

  std::vector<Step> steps_;
  bool joins_with_blanks_ = true;
};

}  // namespace harsanyi
