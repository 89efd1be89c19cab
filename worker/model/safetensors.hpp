#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace harsanyi {

enum class StoredType { f32, f16, bf16, f64, i64, u8 };

[[nodiscard]] std::size_t byte_width(StoredType type) noexcept;

/// The format's own name of a type: "F32", ...
[[nodiscard]] std::string_view name_of(StoredType type) noexcept;

/// One tensor of a memory-mapped file: little endian, row major.
struct StoredTensor {
  StoredType type = StoredType::f32;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;
};

/// Gives back the memory that reading the tensor took in this process: its pages stay in the system's cache,
/// and are mapped again where the tensor is read once more.
void release_pages(const StoredTensor& tensor) noexcept;

/// A safetensors file, memory-mapped read-only: opening reads the header alone, and several ranks of a node
/// share the pages. Format: 8 bytes header length, JSON header, then the tensors' bytes.
class SafetensorsFile {
 public:
  /// Tensors of types that are not in StoredType are passed over and listed by `unsupported`.
  /// @throws ModelError  naming file, tensor and remedy, if the file is missing, cut off or damaged
  [[nodiscard]] static SafetensorsFile open(const std::filesystem::path& file);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] const std::map<std::string, StoredTensor>& tensors() const noexcept { return tensors_; }
  /// Tensors that were passed over, with the name of their type.
  [[nodiscard]] const std::map<std::string, std::string>& unsupported() const noexcept {
    return unsupported_;
  }

 private:
  std::filesystem::path path_;
  std::shared_ptr<const void> mapping_;
  std::map<std::string, StoredTensor> tensors_;
  std::map<std::string, std::string> unsupported_;
};

}  // namespace harsanyi
