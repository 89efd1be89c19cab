#pragma once

#include <filesystem>

#include "worker/benchmark/benchmark.hpp"
#include "worker/text/tokenizer.hpp"

namespace harsanyi::test {

/// Every byte is one token, with the byte's value as its id.
inline constexpr int kByteVocabulary = 257;
inline constexpr TokenId kBos = 256;  ///< put in front when special tokens are asked for

/// Writes such a tokenizer.json into `folder` and loads it.
[[nodiscard]] Tokenizer load_byte_tokenizer(const std::filesystem::path& folder);

/// The benchmark with "0", "1", ... as label words, which differ in their last byte as words need not.
[[nodiscard]] Benchmark with_numbered_labels(Benchmark benchmark);

}  // namespace harsanyi::test
