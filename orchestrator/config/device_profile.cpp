#include "orchestrator/config/device_profile.hpp"

#include <algorithm>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/config/shipped_files.hpp"
#include "partition/base/error.hpp"
#include "partition/base/nearest_name.hpp"
#include "partition/json/bounded_json.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// An object of the file, with errors that name file and key.
class ProfileEntry {
 public:
  ProfileEntry(std::string file, std::string prefix, json object)
      : file_{std::move(file)}, prefix_{std::move(prefix)}, object_(std::move(object)) {}

  [[noreturn]] void fail(const std::string& problem) const {
    throw ConfigError{fmt::format("device profile {}: {}", file_, problem)};
  }

  void require_known_keys(const std::vector<std::string>& known) const {
    for (const auto& [key, value] : object_.items())
      if (std::find(known.begin(), known.end(), key) == known.end())
        fail(fmt::format("unknown key '{}{}'; the nearest right one is '{}{}'", prefix_, key, prefix_,
                         nearest_name(key, known)));
  }

  [[nodiscard]] std::string text(const std::string& key) const {
    const json& value = member(key);
    if (!value.is_string() || value.get_ref<const std::string&>().empty())
      fail(fmt::format("'{}{}' must be a text that is not empty, found {}", prefix_, key, shortened(value)));
    return value.get<std::string>();
  }

  template <class E>
  [[nodiscard]] E choice(const std::string& key) const {
    const std::string word = text(key);
    for (const auto& [value, name] : EnumNames<E>::names)
      if (name == word) return value;
    fail(fmt::format("'{}{}' is '{}'; choose one of: {}", prefix_, key, word, all_names<E>()));
  }

  [[nodiscard]] int count(const std::string& key) const {
    constexpr int kMost = 1 << 20;
    const json& value = member(key);
    if (!value.is_number_integer() || value < 1 || value > kMost)
      fail(fmt::format("'{}{}' must be a whole number from 1 to {}, found {}", prefix_, key, kMost,
                       shortened(value)));
    return value.get<int>();
  }

  [[nodiscard]] double positive(const std::string& key) const {
    const json& value = member(key);
    if (!value.is_number() || !(value.get<double>() > 0.0))
      fail(fmt::format("'{}{}' must be a positive number, found {}", prefix_, key, shortened(value)));
    return value.get<double>();
  }

  [[nodiscard]] ProfileEntry part(const std::string& key) const {
    const json& value = member(key);
    if (!value.is_object())
      fail(fmt::format("'{}{}' must be an object {{...}}, found {}", prefix_, key, shortened(value)));
    return {file_, prefix_ + key + ".", value};
  }

  [[nodiscard]] std::vector<std::string> keys() const {
    std::vector<std::string> keys;
    for (const auto& [key, value] : object_.items()) keys.push_back(key);
    return keys;
  }

 private:
  [[nodiscard]] const json& member(const std::string& key) const {
    const auto found = object_.find(key);
    if (found == object_.end()) fail(fmt::format("the key '{}{}' is missing", prefix_, key));
    return *found;
  }

  std::string file_;
  std::string prefix_;
  json object_;
};

Figure figure(const ProfileEntry& entry, const std::string& key) {
  const ProfileEntry part = entry.part(key);
  part.require_known_keys({"value", "basis", "source"});
  return {part.positive("value"), part.choice<Basis>("basis"), part.text("source")};
}

LinkProfile link(const ProfileEntry& entry, const std::string& key) {
  const ProfileEntry part = entry.part(key);
  part.require_known_keys({"bytes_per_second", "seconds"});
  return {figure(part, "bytes_per_second"), figure(part, "seconds")};
}

ProfileEntry read_object(const fs::path& file) {
  try {
    json object = read_json(file);
    if (object.is_object()) return {file.string(), "", std::move(object)};
  } catch (const JsonError& e) {
    throw ConfigError{fmt::format("device profile {}: {}", file.string(), e.what())};
  }
  throw ConfigError{fmt::format("device profile {}: holds no JSON object", file.string())};
}

std::vector<std::string> shipped_profiles() {
  std::vector<std::string> names;
  std::error_code unreadable;
  for (const auto& file : fs::directory_iterator{shipped_folder("devices"), unreadable})
    if (file.path().extension() == ".json") names.push_back(file.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

fs::path file_of(const std::string& name) {
  if (name.find('/') != std::string::npos || fs::path{name}.extension() == ".json") return name;
  const std::vector<std::string> known = shipped_profiles();
  if (std::find(known.begin(), known.end(), name) == known.end())
    throw ConfigError{
        fmt::format("--device-profile {}: no such profile; there are: {}; or give the path of a file", name,
                    fmt::join(known, ", "))};
  return shipped_folder("devices") / (name + ".json");
}

}  // namespace

const Figure& DeviceProfile::speed(const std::array<std::string, 2>& names) const {
  for (const std::string& one : names)
    if (const auto found = flops_per_second.find(one); found != flops_per_second.end()) return found->second;
  throw ConfigError{
      fmt::format("the device profile '{}' has no speed of {} products: add flops_per_second.{} to it", name,
                  names.back(), names.back())};
}

DeviceProfile read_device_profile(const std::string& name) {
  const ProfileEntry entry = read_object(file_of(name));
  entry.require_known_keys({"name", "kind", "devices_per_node", "memory_bytes", "program_bytes",
                            "flops_per_second", "share_of_peak", "memory_bytes_per_second", "within_node",
                            "between_nodes"});
  DeviceProfile profile{.name = entry.text("name"),
                        .kind = entry.choice<DeviceKind>("kind"),
                        .devices_per_node = entry.count("devices_per_node"),
                        .memory_bytes = figure(entry, "memory_bytes"),
                        .program_bytes = figure(entry, "program_bytes"),
                        .flops_per_second = {},
                        .share_of_peak = figure(entry, "share_of_peak"),
                        .memory_bytes_per_second = figure(entry, "memory_bytes_per_second"),
                        .within_node = link(entry, "within_node"),
                        .between_nodes = link(entry, "between_nodes")};
  const ProfileEntry speeds = entry.part("flops_per_second");
  for (const std::string& key : speeds.keys()) profile.flops_per_second[key] = figure(speeds, key);
  if (profile.share_of_peak.value > 1.0)
    entry.fail(fmt::format("'share_of_peak.value' must be at most 1, found {}", profile.share_of_peak.value));
  return profile;
}

}  // namespace harsanyi
