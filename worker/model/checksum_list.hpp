#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace harsanyi {

/// The SHA-256 that a file should have, and who says so.
struct ExpectedDigest {
  std::string sha256;             ///< 64 hexadecimal digits, lower case
  std::filesystem::path said_by;  ///< the list, the metadata of a download, or the blob that a link names
};

/// What is known of the files of a model folder, by their names:
/// - `SHA256SUMS`, as `sha256sum *` writes it; it wins over what follows;
/// - `.cache/huggingface/download/NAME.metadata`, which `hf download --local-dir` keeps: its second line is
///   the SHA-256 of a large file (of others it is a git hash, which tells nothing here);
/// - a link into Hugging Face's cache, where a large file's blob is named by its SHA-256.
/// @throws ModelError  for a line of SHA256SUMS that is none
[[nodiscard]] std::map<std::string, ExpectedDigest> expected_digests(const std::filesystem::path& folder);

struct CheckedFiles {
  std::vector<std::string> matching;   ///< names of the files that are as they should be
  std::vector<std::string> not_known;  ///< of those that nobody gives a SHA-256 for; never weights
  std::string weights_digest;          ///< as `weights_digest` computes it, without reading anything again
};

/// Reads the weights, their index, config.json and tokenizer.json, a MiB at a time, and compares them.
/// @throws ModelError  naming file, both digests and remedy, if one differs; if a weight file has no SHA-256
[[nodiscard]] CheckedFiles check_model_files(const std::filesystem::path& folder);

}  // namespace harsanyi
