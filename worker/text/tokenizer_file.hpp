#pragma once

#include <filesystem>
#include <vector>

#include "worker/text/added_tokens.hpp"
#include "worker/text/bpe.hpp"
#include "worker/text/decoder.hpp"
#include "worker/text/normalizer.hpp"
#include "worker/text/post_processor.hpp"
#include "worker/text/pre_tokenizer.hpp"

namespace harsanyi {

/// The parts of one tokenizer.json, checked each by itself and against each other.
struct TokenizerFile {
  BpeModel model;
  std::vector<AddedToken> added_tokens;
  Normalizer normalizer;
  PreTokenizer pre_tokenizer;
  PostProcessor post_processor;
  Decoder decoder;

  /// @throws TextError  naming file, place and reason
  static TokenizerFile read(const std::filesystem::path& file);
};

}  // namespace harsanyi
