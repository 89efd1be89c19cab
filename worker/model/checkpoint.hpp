#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "worker/model/safetensors.hpp"

namespace harsanyi {

/// The weights of a Hugging Face model folder: `model.safetensors`, or the shards that
/// `model.safetensors.index.json` names. Opening maps the files and reads their headers alone.
class Checkpoint {
 public:
  /// @throws ModelError  naming file and remedy: nothing there, a shard missing, an index that does not fit
  [[nodiscard]] static Checkpoint open(const std::filesystem::path& folder);

  [[nodiscard]] bool contains(std::string_view name) const;
  /// @throws ModelError  naming tensor and file, if it is missing, of an unsupported type or of another shape
  [[nodiscard]] const StoredTensor& require(std::string_view name,
                                            const std::vector<std::int64_t>& shape) const;
  [[nodiscard]] const std::vector<SafetensorsFile>& files() const noexcept { return files_; }

 private:
  std::filesystem::path folder_;
  std::vector<SafetensorsFile> files_;
};

/// The weight files of `folder`, in order of their names. @throws ModelError  as Checkpoint::open
[[nodiscard]] std::vector<std::filesystem::path> weight_files(const std::filesystem::path& folder);

/// SHA-256 over the weight files of `folder`, in order of their names: part of an experiment's identity.
[[nodiscard]] std::string weights_digest(const std::filesystem::path& folder);
/// The same from each file's SHA-256, by name.
[[nodiscard]] std::string weights_digest(const std::map<std::string, std::string>& file_digests);

}  // namespace harsanyi
