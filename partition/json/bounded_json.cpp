#include "partition/json/bounded_json.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <unordered_set>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace harsanyi {
namespace {

using nlohmann::json;

std::string cut_after(std::string text, std::size_t most) {
  if (text.size() > most) text.replace(most, std::string::npos, "...");
  return text;
}

/// Looks on while the parser works, before it has built the whole. nlohmann_json itself keeps the last of two
/// equal keys without a word.
class Guard {
 public:
  explicit Guard(const JsonBounds& bounds) : bounds_{bounds} {}

  void operator()(json::parse_event_t event, const json& parsed) {
    switch (event) {
      case json::parse_event_t::object_start:
        keys_.emplace_back();
        return enter();
      case json::parse_event_t::array_start:
        return enter();
      case json::parse_event_t::object_end:
        keys_.pop_back();
        --depth_;
        return;
      case json::parse_event_t::array_end:
        --depth_;
        return;
      case json::parse_event_t::key:
        check_string(parsed);
        if (!keys_.back().insert(parsed.get_ref<const std::string&>()).second)
          throw JsonError{fmt::format("has the key {} twice", shortened(parsed))};
        return;
      case json::parse_event_t::value:
        if (parsed.is_string()) check_string(parsed);
        return;
    }
  }

 private:
  void enter() {
    if (++depth_ > bounds_.depth)
      throw JsonError{fmt::format("is nested deeper than {} levels", bounds_.depth)};
  }
  void check_string(const json& text) const {
    if (text.get_ref<const std::string&>().size() > bounds_.string_bytes)
      throw JsonError{
          fmt::format("has a text of more than {} bytes: {}", bounds_.string_bytes, shortened(text))};
  }

  const JsonBounds& bounds_;
  int depth_ = 0;
  std::vector<std::unordered_set<std::string>> keys_;  ///< of the objects that are open
};

/// A descriptor that closes itself.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_{number} {}
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (number_ >= 0) ::close(number_);
  }
  [[nodiscard]] int get() const noexcept { return number_; }

 private:
  int number_;
};

[[noreturn]] void refuse_length(std::size_t bytes) {
  throw JsonError{fmt::format("has more than {} bytes, too many for what it should be", bytes)};
}

std::string contents_of(const std::filesystem::path& file, std::size_t most) {
  // Opening a pipe would wait for its other end.
  const Descriptor descriptor{::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
  if (descriptor.get() < 0) throw JsonError{fmt::format("cannot be read ({})", std::strerror(errno))};
  struct stat info {};
  if (::fstat(descriptor.get(), &info) != 0 || !S_ISREG(info.st_mode)) throw JsonError{"is no regular file"};
  if (static_cast<std::uintmax_t>(info.st_size) > most) refuse_length(most);
  std::string contents;
  contents.reserve(static_cast<std::size_t>(info.st_size));
  std::array<char, std::size_t{1} << 16> part{};
  while (true) {
    const ssize_t count = ::read(descriptor.get(), part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw JsonError{fmt::format("cannot be read ({})", std::strerror(errno))};
    if (count == 0) return contents;
    contents.append(part.data(), static_cast<std::size_t>(count));
    if (contents.size() > most) refuse_length(most);
  }
}

}  // namespace

json parse_json(std::string_view text, const JsonBounds& bounds) {
  constexpr std::size_t kLongestReason = 200;  // the parser quotes what it read last, however long
  if (text.size() > bounds.bytes) refuse_length(bounds.bytes);
  Guard guard{bounds};
  const auto look_on = [&guard](int /*depth*/, json::parse_event_t event, const json& parsed) {
    guard(event, parsed);
    return true;
  };
  try {
    return json::parse(text.begin(), text.end(), look_on);
  } catch (const json::exception& error) {
    throw JsonError{fmt::format("is no valid JSON: {}", cut_after(error.what(), kLongestReason))};
  }
}

json read_json(const std::filesystem::path& file, const JsonBounds& bounds) {
  return parse_json(contents_of(file, bounds.bytes), bounds);
}

std::string shortened(const json& value) {
  constexpr std::size_t kMost = 60;
  return cut_after(value.dump(-1, ' ', /*ensure_ascii=*/true, json::error_handler_t::replace), kMost);
}

}  // namespace harsanyi
