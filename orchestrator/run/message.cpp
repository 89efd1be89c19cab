#include "orchestrator/run/message.hpp"

#include <bit>
#include <concepts>
#include <utility>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"

namespace harsanyi {
namespace {

constexpr std::uint8_t kVersion = 4;
constexpr std::size_t kChecksumSize = sizeof(std::uint64_t);

class Writer {
 public:
  template <std::unsigned_integral T>
  void write(T value) {
    const std::size_t at = bytes_.size();
    bytes_.resize(at + sizeof(T));
    for (std::size_t i = 0; i < sizeof(T); ++i) bytes_[at + i] = static_cast<std::byte>(value >> (8 * i));
  }
  void write(std::int32_t value) { write(static_cast<std::uint32_t>(value)); }
  void write(std::int64_t value) { write(static_cast<std::uint64_t>(value)); }
  void write(double value) { write(std::bit_cast<std::uint64_t>(value)); }
  void write(UnitId unit) { write(unit.value); }
  void write(const std::string& text) {
    write(static_cast<std::uint64_t>(text.size()));
    for (const char c : text) bytes_.push_back(static_cast<std::byte>(c));
  }
  void write(const std::vector<double>& values) {
    write(static_cast<std::uint64_t>(values.size()));
    bytes_.reserve(bytes_.size() + sizeof(double) * values.size());
    for (const double value : values) write(value);
  }
  void write(const UnitSeconds& seconds) {
    for (const double value : seconds.all()) write(value);
  }
  void write(const RemoteError& error) {
    write(error.kind);
    write(error.text);
  }
  template <class T>
  void write(const std::optional<T>& value) {
    write(static_cast<std::uint8_t>(value.has_value()));
    if (value) write(*value);
  }

  [[nodiscard]] Bytes take_with_checksum() && {
    write(Sha256{}.update(bytes_).first_64_bits());
    return std::move(bytes_);
  }

 private:
  Bytes bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : bytes_{bytes} {}

  template <std::unsigned_integral T>
  void read(T& value) {
    require(sizeof(T));
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < sizeof(T); ++i)
      sum |= std::to_integer<std::uint64_t>(bytes_[at_ + i]) << (8 * i);
    value = static_cast<T>(sum);
    at_ += sizeof(T);
  }
  void read(std::int32_t& value) { value = static_cast<std::int32_t>(next<std::uint32_t>()); }
  void read(std::int64_t& value) { value = static_cast<std::int64_t>(next<std::uint64_t>()); }
  void read(double& value) { value = std::bit_cast<double>(next<std::uint64_t>()); }
  void read(UnitId& unit) { read(unit.value); }
  void read(std::string& text) {
    const auto length = next_length(1);
    text.assign(reinterpret_cast<const char*>(bytes_.data()) + at_, length);
    at_ += length;
  }
  void read(std::vector<double>& values) {
    values.resize(next_length(sizeof(double)));
    for (double& value : values) read(value);
  }
  void read(UnitSeconds& seconds) {
    for (double& value : seconds.all()) read(value);
  }
  void read(RemoteError& error) {
    read(error.kind);
    read(error.text);
  }
  template <class T>
  void read(std::optional<T>& value) {
    const auto present = next<std::uint8_t>();
    if (present > 1) fail(fmt::format("{} where 0 or 1 tells whether something follows", present));
    value = present == 1 ? std::optional<T>{next<T>()} : std::nullopt;
  }

  template <class T>
  [[nodiscard]] T next() {
    T value{};
    read(value);
    return value;
  }

  /// The length of a list whose elements take at least `element_size` bytes each.
  [[nodiscard]] std::size_t next_length(std::size_t element_size) {
    const auto length = next<std::uint64_t>();
    if (length > (bytes_.size() - at_) / element_size)
      fail(fmt::format("a list of {} elements ends behind it", length));
    return static_cast<std::size_t>(length);
  }

  /// The last bytes are the checksum of all before; they are not read again.
  void require_checksum() {
    if (bytes_.size() - at_ < kChecksumSize) fail("it ends too early");
    const auto content = bytes_.first(bytes_.size() - kChecksumSize);
    Reader end{bytes_.last(kChecksumSize)};
    if (end.next<std::uint64_t>() != Sha256{}.update(content).first_64_bits())
      fail("its checksum is wrong, so it changed on its way; suspect the network or memory");
    bytes_ = content;
  }

  void require_end() const {
    if (at_ != bytes_.size()) fail(fmt::format("{} bytes too many", bytes_.size() - at_));
  }

  [[noreturn]] void fail(const std::string& reason) const {
    throw CommError{
        fmt::format("a damaged message between ranks (byte {} of {}): {}", at_, bytes_.size(), reason)};
  }

 private:
  void require(std::size_t count) const {
    if (bytes_.size() - at_ < count) fail("it ends too early");
  }

  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

// The fields of each message, once for both directions: `stream(field)` writes or reads.

template <class Stream>
void fields(Hello& m, Stream&& stream) {
  stream(m.digest);
}
template <class Stream>
void fields(Assign& m, Stream&& stream) {
  stream(m.unit);
}
template <class Stream>
void fields(Done& m, Stream&& stream) {
  stream(m.unit);
  stream(m.seconds);
  stream(m.values);
  stream(m.times);
  stream(m.smaller);
}
template <class Stream>
void fields(Failed& m, Stream&& stream) {
  stream(m.unit);
  stream(m.seconds);
  stream(m.reason);
}
template <class Stream>
void fields(Stop&, Stream&&) {}
template <class Stream>
void fields(Goodbye&, Stream&&) {}
template <class Stream>
void fields(RunEnd& m, Stream&& stream) {
  stream(m.outcome.units);
  stream(m.outcome.done_before);
  stream(m.outcome.done_now);
  stream(m.outcome.left);
  stream(m.outcome.set_aside);
  stream(m.outcome.interrupted_by);
  stream(m.outcome.retried);
  stream(m.outcome.seconds);
  stream(m.error);
}
template <class Stream>
void fields(StepResult& m, Stream&& stream) {
  stream(m.error);
  stream(m.text);
  stream(m.number);
}
template <class Stream>
void fields(Recall&, Stream&&) {}
template <class Stream>
void fields(Word&, Stream&&) {}

void write_field(Writer& writer, const std::map<UnitId, std::string>& reasons) {
  writer.write(static_cast<std::uint64_t>(reasons.size()));
  for (const auto& [unit, reason] : reasons) {
    writer.write(unit);
    writer.write(reason);
  }
}
template <class T>
void write_field(Writer& writer, const T& field) {
  writer.write(field);
}

void read_field(Reader& reader, std::map<UnitId, std::string>& reasons) {
  const std::size_t count = reader.next_length(sizeof(UnitId) + sizeof(std::uint64_t));
  for (std::size_t i = 0; i < count; ++i) {
    const auto unit = reader.next<UnitId>();
    reasons[unit] = reader.next<std::string>();
  }
}
template <class T>
void read_field(Reader& reader, T& field) {
  reader.read(field);
}

template <std::size_t I = 0>
Message read_kind(std::uint8_t kind, Reader& reader) {
  if constexpr (I == std::variant_size_v<Message>) {
    reader.fail(fmt::format("kind {} is unknown", kind));
  } else {
    if (kind != I) return read_kind<I + 1>(kind, reader);
    std::variant_alternative_t<I, Message> message;
    fields(message, [&](auto& field) { read_field(reader, field); });
    return message;
  }
}

}  // namespace

Bytes encode(Message message, std::uint32_t step) {
  Writer writer;
  writer.write(kVersion);
  writer.write(static_cast<std::uint8_t>(message.index()));
  writer.write(step);
  std::visit([&](auto& m) { fields(m, [&](const auto& field) { write_field(writer, field); }); }, message);
  return std::move(writer).take_with_checksum();
}

Letter decode(std::span<const std::byte> bytes) {
  Reader reader{bytes};
  const auto version = reader.next<std::uint8_t>();
  if (version != kVersion)
    reader.fail(fmt::format("version {} where this program speaks {}; all ranks must run the same build",
                            version, kVersion));
  reader.require_checksum();
  const auto kind = reader.next<std::uint8_t>();
  const auto step = reader.next<std::uint32_t>();
  Letter letter{step, read_kind(kind, reader)};
  reader.require_end();
  return letter;
}

}  // namespace harsanyi
