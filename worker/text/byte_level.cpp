#include "worker/text/byte_level.hpp"

#include <array>
#include <cstddef>

#include "worker/text/utf8.hpp"

namespace harsanyi {
namespace {

constexpr bool stands_for_itself(unsigned byte) {
  return (byte >= '!' && byte <= '~') || (byte >= 0xA1 && byte <= 0xAC) || (byte >= 0xAE && byte <= 0xFF);
}

struct ByteAlphabet {
  std::array<std::string, 256> characters;
  std::array<int, 0x200> bytes{};  ///< by code point; -1 for characters outside the alphabet

  ByteAlphabet() {
    bytes.fill(-1);
    char32_t next = 0x100;
    for (unsigned byte = 0; byte < 256; ++byte) {
      const char32_t character = stands_for_itself(byte) ? byte : next++;
      utf8::append(characters[byte], character);
      bytes[character] = static_cast<int>(byte);
    }
  }
};

const ByteAlphabet& alphabet() {
  static const ByteAlphabet instance;
  return instance;
}

}  // namespace

std::string_view byte_level_character(unsigned char byte) {
  return alphabet().characters[byte];
}

std::optional<std::string> byte_level_bytes(std::string_view token) {
  const auto& byte_of = alphabet().bytes;
  std::string bytes;
  for (std::size_t at = 0; at < token.size(); at += utf8::sequence_length(token[at])) {
    const char32_t character = utf8::code_point(token, at);
    if (character >= byte_of.size() || byte_of[character] < 0) return std::nullopt;
    bytes += static_cast<char>(byte_of[character]);
  }
  return bytes;
}

}  // namespace harsanyi
