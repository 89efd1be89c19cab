#include "worker/model/safetensors.hpp"

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <optional>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

// The format's own bound (safetensors crate, MAX_HEADER_SIZE): a longer header is damage or an attack.
constexpr std::uint64_t kLongestHeader = 100'000'000;
constexpr std::size_t kLengthBytes = 8;

struct Mapping {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& reason) {
  throw ModelError{fmt::format("{}: {}", file.string(), reason)};
}

Mapping map_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) fail(file, fmt::format("cannot be opened: {}", std::strerror(errno)));
  struct stat info {};
  if (::fstat(descriptor, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(descriptor);
    fail(file, "is no regular file");
  }
  const auto size = static_cast<std::size_t>(info.st_size);
  if (size < kLengthBytes) {
    ::close(descriptor);
    fail(file, fmt::format("has {} bytes, too few for a safetensors file; download it again", size));
  }
  void* address = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, descriptor, 0);
  const int error = errno;
  ::close(descriptor);
  if (address == MAP_FAILED)
    fail(file, fmt::format("cannot be mapped into memory: {}", std::strerror(error)));
  return {
      std::shared_ptr<const void>(address, [size](const void* p) { ::munmap(const_cast<void*>(p), size); }),
      {static_cast<const std::byte*>(address), size}};
}

constexpr std::array kTypes{std::pair{StoredType::f32, std::string_view{"F32"}},
                            std::pair{StoredType::f16, std::string_view{"F16"}},
                            std::pair{StoredType::bf16, std::string_view{"BF16"}},
                            std::pair{StoredType::f64, std::string_view{"F64"}},
                            std::pair{StoredType::i64, std::string_view{"I64"}},
                            std::pair{StoredType::u8, std::string_view{"U8"}}};

std::optional<StoredType> stored_type(std::string_view name) {
  for (const auto& [type, type_name] : kTypes)
    if (type_name == name) return type;
  return std::nullopt;
}

// Product of the shape times the width, or nothing on overflow.
std::optional<std::uint64_t> byte_count(const std::vector<std::int64_t>& shape, std::uint64_t width) {
  std::uint64_t count = width;
  for (const std::int64_t extent : shape)
    if (extent < 0 || __builtin_mul_overflow(count, static_cast<std::uint64_t>(extent), &count)) return {};
  return count;
}

nlohmann::json parse_header(const std::filesystem::path& file, std::span<const std::byte> bytes,
                            std::uint64_t length) {
  const auto* text = reinterpret_cast<const char*>(bytes.data()) + kLengthBytes;
  auto header = nlohmann::json::parse(text, text + length, nullptr, /*allow_exceptions=*/false);
  if (!header.is_object()) fail(file, "its header is no JSON object; the file is damaged, download it again");
  return header;
}

StoredTensor read_entry(const std::filesystem::path& file, const std::string& name,
                        const nlohmann::json& entry, StoredType type, std::span<const std::byte> data) {
  std::vector<std::int64_t> shape;
  std::vector<std::uint64_t> offsets;
  try {
    shape = entry.at("shape").get<std::vector<std::int64_t>>();
    offsets = entry.at("data_offsets").get<std::vector<std::uint64_t>>();
  } catch (const nlohmann::json::exception& e) {
    fail(file, fmt::format("the header entry of tensor '{}' is damaged ({}); download the file again", name,
                           e.what()));
  }
  const auto expected = byte_count(shape, byte_width(type));
  if (offsets.size() != 2 || offsets[0] > offsets[1] || !expected || offsets[1] - offsets[0] != *expected)
    fail(file,
         fmt::format("tensor '{}': its offsets do not fit its shape; the file is damaged, download it again",
                     name));
  if (offsets[1] > data.size())
    fail(file,
         fmt::format("tensor '{}' ends at byte {} of the data, but the file has only {}; it is cut off, "
                     "download it again",
                     name, offsets[1], data.size()));
  return {type, std::move(shape), data.subspan(offsets[0], offsets[1] - offsets[0])};
}

}  // namespace

std::string_view name_of(StoredType type) noexcept {
  for (const auto& [known, name] : kTypes)
    if (known == type) return name;
  return "?";
}

std::size_t byte_width(StoredType type) noexcept {
  switch (type) {
    case StoredType::u8:
      return 1;
    case StoredType::f16:
    case StoredType::bf16:
      return 2;
    case StoredType::f32:
      return 4;
    case StoredType::f64:
    case StoredType::i64:
      return 8;
  }
  return 0;
}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& file) {
  const Mapping mapping = map_file(file);
  std::uint64_t length = 0;
  std::memcpy(&length, mapping.bytes.data(), kLengthBytes);
  if (length > kLongestHeader || length > mapping.bytes.size() - kLengthBytes)
    fail(file,
         fmt::format("its header claims {} bytes, the file has {}; it is cut off or no safetensors file",
                     length, mapping.bytes.size()));
  const nlohmann::json header = parse_header(file, mapping.bytes, length);
  const auto data = mapping.bytes.subspan(kLengthBytes + length);

  SafetensorsFile result;
  result.path_ = file;
  result.mapping_ = mapping.owner;
  for (const auto& [name, entry] : header.items()) {
    if (name == "__metadata__") continue;
    const auto type_name = entry.is_object() ? entry.value("dtype", nlohmann::json{}) : nlohmann::json{};
    if (!type_name.is_string())
      fail(file, fmt::format("tensor '{}' has no dtype; the file is damaged", name));
    const auto type = stored_type(type_name.get<std::string>());
    if (type)
      result.tensors_.emplace(name, read_entry(file, name, entry, *type, data));
    else
      result.unsupported_.emplace(name, type_name.get<std::string>());
  }
  return result;
}

}  // namespace harsanyi
