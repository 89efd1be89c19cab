#include "worker/model/checkpoint.hpp"

#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"
#include "partition/base/file_name.hpp"
#include "partition/base/sha256.hpp"
#include "partition/json/bounded_json.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

constexpr const char* kSingle = "model.safetensors";
constexpr const char* kIndex = "model.safetensors.index.json";

nlohmann::json read_index(const fs::path& index) {
  constexpr JsonBounds bounds{.bytes = std::size_t{64} << 20};  // a name per tensor
  try {
    return read_json(index, bounds);
  } catch (const JsonError& error) {
    throw ModelError{fmt::format("{}: {}; download the index again", index.string(), error.what())};
  }
}

// The shards that an index names, sorted. A shard's name must stay inside the folder; what lies there may be
// a link, as in Hugging Face's cache.
std::set<std::string> shard_names(const fs::path& index) {
  const auto json = read_index(index);
  if (!json.is_object() || !json.contains("weight_map") || !json["weight_map"].is_object())
    throw ModelError{fmt::format("{}: has no object 'weight_map'; download the index again", index.string())};
  std::set<std::string> names;
  for (const auto& [tensor, shard] : json["weight_map"].items()) {
    if (!shard.is_string() || !is_plain_file_name(shard.get_ref<const std::string&>()))
      throw ModelError{fmt::format("{}: tensor '{}' is in no plain file name", index.string(), tensor)};
    names.insert(shard.get<std::string>());
  }
  return names;
}

[[noreturn]] void refuse_type(const fs::path& file, std::string_view tensor, std::string_view type) {
  throw ModelError{
      fmt::format("{}: tensor '{}' is stored as {}; supported are F32, F16 and BF16 (a quantised checkpoint "
                  "must be dequantised first)",
                  file.string(), tensor, type)};
}

}  // namespace

Checkpoint Checkpoint::open(const fs::path& folder) {
  Checkpoint checkpoint;
  checkpoint.folder_ = folder;
  for (const fs::path& file : weight_files(folder)) checkpoint.files_.push_back(SafetensorsFile::open(file));
  return checkpoint;
}

bool Checkpoint::contains(std::string_view name) const {
  for (const auto& file : files_)
    if (file.tensors().contains(std::string{name})) return true;
  return false;
}

const StoredTensor& Checkpoint::require(std::string_view name, const std::vector<std::int64_t>& shape) const {
  const std::string key{name};
  for (const auto& file : files_) {
    if (const auto other = file.unsupported().find(key); other != file.unsupported().end())
      refuse_type(file.path(), name, other->second);
    const auto found = file.tensors().find(key);
    if (found == file.tensors().end()) continue;
    const StoredType type = found->second.type;
    if (type != StoredType::f32 && type != StoredType::f16 && type != StoredType::bf16)
      refuse_type(file.path(), name, name_of(type));
    if (found->second.shape != shape)
      throw ModelError{fmt::format(
          "{}: tensor '{}' has shape [{}], config.json asks for [{}]; config and weights "
          "are not of the same model",
          file.path().string(), name, fmt::join(found->second.shape, ", "), fmt::join(shape, ", "))};
    return found->second;
  }
  throw ModelError{
      fmt::format("{}: tensor '{}' of shape [{}] is missing; the download is incomplete, or config.json "
                  "belongs to another model",
                  folder_.string(), name, fmt::join(shape, ", "))};
}

std::vector<fs::path> weight_files(const fs::path& folder) {
  if (!fs::is_directory(folder))
    throw ModelError{
        fmt::format("model folder '{}' does not exist; give the folder that holds config.json and "
                    "{}",
                    folder.string(), kSingle)};
  if (fs::exists(folder / kIndex)) {
    std::vector<fs::path> files;
    for (const std::string& name : shard_names(folder / kIndex)) {
      if (!fs::exists(folder / name))
        throw ModelError{
            fmt::format("{}: shard '{}' named by {} is missing; download it", folder.string(), name, kIndex)};
      files.push_back(folder / name);
    }
    return files;
  }
  if (fs::exists(folder / kSingle)) return {folder / kSingle};
  throw ModelError{
      fmt::format("{}: holds neither {} nor {}; weights in another format (pytorch_model.bin) must be "
                  "saved as safetensors first",
                  folder.string(), kSingle, kIndex)};
}

std::string weights_digest(const fs::path& folder) {
  std::map<std::string, std::string> digests;
  for (const fs::path& file : weight_files(folder))
    digests.emplace(file.filename().string(), sha256_file_hex(file));
  return weights_digest(digests);
}

std::string weights_digest(const std::map<std::string, std::string>& file_digests) {
  Sha256 hash;
  for (const auto& [name, digest] : file_digests) hash.update(name).update(digest);
  return hash.hex();
}

}  // namespace harsanyi
