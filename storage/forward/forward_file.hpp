#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "partition/base/identity.hpp"
#include "storage/provenance.hpp"

namespace harsanyi {

/// Sizes that all prompts of a forward file share.
struct ForwardShape {
  int layers = 0;
  int heads = 0;  ///< query heads
  int hidden = 0;
  int vocabulary = 0;
};

/// One prompt's pass through the model. Tables are row-major float32.
struct ForwardPrompt {
  std::vector<std::int32_t> tokens;          ///< [tokens] ids
  std::vector<std::string> token_texts;      ///< [tokens], or empty
  std::vector<std::int32_t> positions;       ///< tokens whose logits are kept, ascending; empty: all
  std::vector<float> logits;                 ///< [positions, vocabulary]
  std::vector<float> hidden;                 ///< [layers + 1, tokens, hidden], or empty; 0 is the embedding
  std::vector<float> attention;              ///< [layers, heads, tokens, tokens] (query, key), or empty
  std::map<std::string, std::string> facts;  ///< text, row, gold ...: attributes of the prompt's group
};

/// All that `write_forward` writes.
struct ForwardRecord {
  ForwardShape shape;
  std::vector<ForwardPrompt> prompts;
  Identity identity;  ///< what decides the numbers: weights, tokenizer, mask, calibration, numerics
  Provenance provenance;
};

/// Writes a forward file (docs/formats/forward.md) prompt by prompt, so that only one needs to be in memory.
/// Until `finish` the file has a temporary name; dropped before, it leaves nothing behind.
class ForwardWriter {
 public:
  /// @throws StorageError  if it cannot be written, or exists and `overwrite` is false
  ForwardWriter(const std::filesystem::path& file, const ForwardShape& shape, const Identity& identity,
                const Provenance& provenance, bool overwrite);
  ForwardWriter(ForwardWriter&&) noexcept;
  ForwardWriter& operator=(ForwardWriter&&) noexcept;
  ~ForwardWriter();

  /// Adds the group "prompt_<n>", n counting from 0.
  /// @throws StorageError  if a table's length does not fit the shape, or the disk is full
  void add(const ForwardPrompt& prompt);
  /// Syncs and renames. @throws StorageError  if there is no prompt
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// The whole file at once.
void write_forward(const std::filesystem::path& file, const ForwardRecord& record, bool overwrite);

}  // namespace harsanyi
