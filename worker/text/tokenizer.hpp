#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harsanyi {

using TokenId = std::int32_t;

/// A Hugging Face tokenizer read from tokenizer.json. Immutable after loading; safe to share between threads.
class Tokenizer {
 public:
  /// @param model_folder  holds tokenizer.json
  /// @throws TextError  if it is missing or damaged, or uses a model, normalizer, pre-tokenizer,
  /// post-processor
  ///         or decoder that is not supported (named in the message)
  [[nodiscard]] static Tokenizer load(const std::filesystem::path& model_folder);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  /// Token ids, equal to `tokenizers.Tokenizer.encode(text, add_special_tokens=...).ids`.
  /// @throws TextError  if `text` is not valid UTF-8 (names the byte)
  [[nodiscard]] std::vector<TokenId> encode(std::string_view text, bool add_special_tokens) const;

  /// Text, equal to `tokenizers.Tokenizer.decode(ids, skip_special_tokens=...)`.
  /// @throws TextError  for an id outside the vocabulary
  [[nodiscard]] std::string decode(std::span<const TokenId> ids, bool skip_special_tokens) const;

  /// Whether a token has this id. Models may have more logits than the tokenizer has tokens.
  [[nodiscard]] bool contains(TokenId id) const noexcept;
  [[nodiscard]] int vocabulary_size() const noexcept;  ///< largest id + 1, added tokens included

 private:
  struct State;
  explicit Tokenizer(std::unique_ptr<const State> state);
  std::unique_ptr<const State> state_;
};

}  // namespace harsanyi
