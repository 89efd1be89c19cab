#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "worker/benchmark/benchmark.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi::test {

/// Every byte is one token, with the byte's value as its id.
inline constexpr int kByteVocabulary = 257;
inline constexpr TokenId kBos = 256;  ///< put in front when special tokens are asked for

/// Writes such a tokenizer.json into `folder` and loads it.
/// @param words  each is one token too where it stands alone, with ids from kByteVocabulary on
/// @param bos    false: no begin token in front
[[nodiscard]] Tokenizer load_byte_tokenizer(const std::filesystem::path& folder,
                                            const std::vector<std::string>& words = {}, bool bos = true);

/// " A" to " G": with these as words, letters are single tokens behind a prompt.
[[nodiscard]] std::vector<std::string> letter_words();

/// The benchmark with "0", "1", ... as label words, which differ in their last byte as words need not.
[[nodiscard]] Benchmark with_numbered_labels(Benchmark benchmark);

}  // namespace harsanyi::test
