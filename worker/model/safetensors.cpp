#include "worker/model/safetensors.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "partition/base/error.hpp"
#include "partition/json/bounded_json.hpp"

namespace harsanyi {
namespace {

// The format's own bound (safetensors crate, MAX_HEADER_SIZE): a longer header is damage or an attack.
constexpr JsonBounds kHeaderBounds{.bytes = 100'000'000, .depth = 8};
constexpr std::size_t kLengthBytes = 8;

struct Mapping {
  std::shared_ptr<const void> owner;
  std::span<const std::byte> bytes;
};

[[noreturn]] void fail(const std::filesystem::path& file, const std::string& reason) {
  throw ModelError{fmt::format("{}: {}", file.string(), reason)};
}

Mapping map_file(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);  // no wait at a pipe
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
  try {
    auto header = parse_json({text, length}, kHeaderBounds);
    if (header.is_object()) return header;
  } catch (const JsonError& error) {
    fail(file, fmt::format("its header {}; the file is damaged, download it again", error.what()));
  }
  fail(file, "its header is no JSON object; the file is damaged, download it again");
}

/// A tensor's entry in the header.
struct Entry {
  std::string type;
  std::vector<std::int64_t> shape;
  std::uint64_t first = 0;  ///< byte of the data
  std::uint64_t last = 0;   ///< behind it
};

/// The elements of `entry[key]`, which must be a list of whole numbers of at least 0.
template <class Number>
std::optional<std::vector<Number>> whole_numbers(const nlohmann::json& entry, const char* key) {
  const auto list = entry.find(key);
  if (list == entry.end() || !list->is_array()) return std::nullopt;
  std::vector<Number> numbers;
  numbers.reserve(list->size());
  for (const auto& number : *list) {
    if (!number.is_number_unsigned() || !std::in_range<Number>(number.get<std::uint64_t>()))
      return std::nullopt;
    numbers.push_back(number.get<Number>());
  }
  return numbers;
}

Entry read_entry(const std::filesystem::path& file, const std::string& name, const nlohmann::json& object,
                 std::size_t data_bytes) {
  const auto type = object.is_object() ? object.find("dtype") : object.end();
  if (!object.is_object() || type == object.end() || !type->is_string())
    fail(file, fmt::format("tensor '{}' has no dtype; the file is damaged", name));
  auto shape = whole_numbers<std::int64_t>(object, "shape");
  const auto offsets = whole_numbers<std::uint64_t>(object, "data_offsets");
  if (!shape || !offsets || offsets->size() != 2)
    fail(file, fmt::format("the header entry of tensor '{}' is damaged: 'shape' must list whole numbers, "
                           "'data_offsets' two of them; download the file again",
                           name));
  Entry entry{type->get<std::string>(), std::move(*shape), (*offsets)[0], (*offsets)[1]};
  const auto known = stored_type(entry.type);
  const auto expected = known ? byte_count(entry.shape, byte_width(*known)) : entry.last - entry.first;
  if (entry.first > entry.last || !expected || entry.last - entry.first != *expected)
    fail(file,
         fmt::format("tensor '{}': its offsets do not fit its shape; the file is damaged, download it again",
                     name));
  if (entry.last > data_bytes)
    fail(file,
         fmt::format("tensor '{}' ends at byte {} of the data, but the file has only {}; it is cut off, "
                     "download it again",
                     name, entry.last, data_bytes));
  return entry;
}

/// The format has no two tensors share a byte: one of them would hold the other's numbers.
void require_apart(const std::filesystem::path& file, const std::map<std::string, Entry>& entries) {
  std::vector<const std::pair<const std::string, Entry>*> by_place;
  for (const auto& entry : entries)
    if (entry.second.first < entry.second.last) by_place.push_back(&entry);
  std::sort(by_place.begin(), by_place.end(),
            [](const auto* a, const auto* b) { return a->second.first < b->second.first; });
  for (std::size_t i = 1; i < by_place.size(); ++i)
    if (by_place[i]->second.first < by_place[i - 1]->second.last)
      fail(file, fmt::format("tensors '{}' and '{}' overlap; the file is damaged, download it again",
                             by_place[i - 1]->first, by_place[i]->first));
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

void release_pages(const StoredTensor& tensor) noexcept {
  const auto page = static_cast<std::uintptr_t>(::sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(tensor.bytes.data());
  const auto first = (begin + page - 1) / page * page;
  const auto last = (begin + tensor.bytes.size()) / page * page;
  if (first < last) static_cast<void>(::madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED));
}

SafetensorsFile SafetensorsFile::open(const std::filesystem::path& file) {
  const Mapping mapping = map_file(file);
  std::uint64_t length = 0;
  std::memcpy(&length, mapping.bytes.data(), kLengthBytes);
  if (length > kHeaderBounds.bytes || length > mapping.bytes.size() - kLengthBytes)
    fail(file,
         fmt::format("its header claims {} bytes, the file has {}; it is cut off or no safetensors file",
                     length, mapping.bytes.size()));
  const nlohmann::json header = parse_header(file, mapping.bytes, length);
  const auto data = mapping.bytes.subspan(kLengthBytes + length);

  std::map<std::string, Entry> entries;
  for (const auto& [name, entry] : header.items())
    if (name != "__metadata__") entries.emplace(name, read_entry(file, name, entry, data.size()));
  require_apart(file, entries);

  SafetensorsFile result;
  result.path_ = file;
  result.mapping_ = mapping.owner;
  for (auto& [name, entry] : entries) {
    const auto type = stored_type(entry.type);
    if (type)
      result.tensors_.emplace(name, StoredTensor{*type, std::move(entry.shape),
                                                 data.subspan(entry.first, entry.last - entry.first)});
    else
      result.unsupported_.emplace(name, std::move(entry.type));
  }
  return result;
}

}  // namespace harsanyi
