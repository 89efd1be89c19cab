#include "partition/base/sha256.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <openssl/evp.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

constexpr std::size_t kDigestBytes = 32;
using Digest = std::array<unsigned char, kDigestBytes>;

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
};
using Context = std::unique_ptr<EVP_MD_CTX, FreeContext>;

/// OpenSSL fails here only without memory or without its default provider.
void require(int status) {
  if (status != 1) throw Error{"OpenSSL could not compute a SHA-256 hash; check the libcrypto installation"};
}

Context make_context() {
  Context context{EVP_MD_CTX_new()};
  require(context ? 1 : 0);
  return context;
}

}  // namespace

struct Sha256::State {
  Context context = make_context();

  /// Of the bytes so far; works on a copy, so that reading twice gives the same digest twice.
  [[nodiscard]] Digest digest() const {
    const Context copy = make_context();
    require(EVP_MD_CTX_copy_ex(copy.get(), context.get()));
    Digest digest{};
    require(EVP_DigestFinal_ex(copy.get(), digest.data(), nullptr));
    return digest;
  }
};

Sha256::Sha256() : state_{std::make_unique<State>()} {
  require(EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr));
}
Sha256::~Sha256() = default;
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;

Sha256& Sha256::update(std::span<const std::byte> bytes) {
  require(EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()));
  return *this;
}

Sha256& Sha256::update(std::string_view text) {
  return update(std::as_bytes(std::span{text}));
}

std::string Sha256::hex() {
  std::string text;
  text.reserve(2 * kDigestBytes);
  for (const unsigned char byte : state_->digest()) text += fmt::format("{:02x}", byte);
  return text;
}

std::uint64_t Sha256::first_64_bits() {
  const Digest digest = state_->digest();
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i) bits |= std::uint64_t{digest[i]} << (8 * i);
  return bits;
}

std::string sha256_hex(std::string_view text) {
  return Sha256{}.update(text).hex();
}

std::string sha256_file_hex(const std::filesystem::path& file) {
  const auto fail = [&](int reason) {
    throw Error{fmt::format("cannot read '{}' to hash it ({}); check the path and its permissions",
                            file.string(), std::strerror(reason))};
  };
  std::ifstream stream{file, std::ios::binary};
  if (!stream) fail(errno);
  Sha256 hash;
  std::vector<char> buffer(std::size_t{1} << 20);
  while (stream) {
    stream.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    hash.update(std::string_view{buffer.data(), static_cast<std::size_t>(stream.gcount())});
  }
  if (stream.bad()) fail(errno);
  return hash.hex();
}

std::uint64_t block_checksum(std::span<const double> values) {
  return Sha256{}.update(std::as_bytes(values)).first_64_bits();
}

}  // namespace harsanyi
