#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <string_view>

namespace harsanyi {

/// The text as far as it has room, and a NUL behind it. Nothing where there is no room at all.
inline void write_text(std::span<char> room, std::string_view text) {
  if (room.empty()) return;
  const std::size_t length = std::min(room.size() - 1, text.size());
  std::copy_n(text.begin(), length, room.begin());
  room[length] = '\0';
}

/// A text of less than `Size` bytes that lies in place, for what ranks hand each other as bytes.
template <std::size_t Size>
class FixedText {
 public:
  FixedText() = default;
  explicit FixedText(std::string_view text) { write_text(bytes_, text); }

  [[nodiscard]] bool empty() const noexcept { return bytes_.front() == '\0'; }
  [[nodiscard]] const char* c_str() const noexcept { return bytes_.data(); }
  friend bool operator==(const FixedText&, const FixedText&) = default;

 private:
  std::array<char, Size> bytes_{};
};

}  // namespace harsanyi
