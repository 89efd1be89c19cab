#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace harsanyi {

/// SHA-256 of a stream of bytes (OpenSSL's). Feed with `update`, read once with `hex` or `first_64_bits`.
class Sha256 {
 public:
  Sha256();
  ~Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;

  Sha256& update(std::span<const std::byte> bytes);
  Sha256& update(std::string_view text);

  [[nodiscard]] std::string hex();              ///< 64 digits
  [[nodiscard]] std::uint64_t first_64_bits();  ///< first 8 bytes of the hash, little endian; block checksums

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::string_view text);

/// Hash of a file's content. @throws Error  if it cannot be read.
[[nodiscard]] std::string sha256_file_hex(const std::filesystem::path& file);

/// Checksum of a block of values, kept beside its done-mark: the first 64 bits of the SHA-256 of its bytes.
[[nodiscard]] std::uint64_t block_checksum(std::span<const double> values);

}  // namespace harsanyi
