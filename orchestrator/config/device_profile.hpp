#pragma once

#include <array>
#include <filesystem>
#include <map>
#include <string>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// Where a figure of a device comes from.
enum class Basis { measured, data_sheet, assumed };
template <>
struct EnumNames<Basis> {
  static constexpr std::string_view kind = "basis of a figure";
  static constexpr std::array names{std::pair{Basis::measured, std::string_view{"measured"}},
                                    std::pair{Basis::data_sheet, std::string_view{"data sheet"}},
                                    std::pair{Basis::assumed, std::string_view{"assumed"}}};
};

enum class DeviceKind { cpu, gpu };
template <>
struct EnumNames<DeviceKind> {
  static constexpr std::string_view kind = "kind of device";
  static constexpr std::array names{std::pair{DeviceKind::cpu, std::string_view{"cpu"}},
                                    std::pair{DeviceKind::gpu, std::string_view{"gpu"}}};
};

struct Figure {
  double value = 0.0;
  Basis basis = Basis::assumed;
  std::string source;
};

struct LinkProfile {
  Figure bytes_per_second;  ///< one direction
  Figure seconds;           ///< of a message without content
};

/// What a rank runs on, for predictions: one file of configs/devices (its README has the form).
struct DeviceProfile {
  std::string name;
  DeviceKind kind = DeviceKind::cpu;
  int devices_per_node = 1;
  Figure memory_bytes;                             ///< that a rank may fill
  Figure program_bytes;                            ///< a rank without a model
  std::map<std::string, Figure> flops_per_second;  ///< of dense products: by compute type, or type and kernel
  Figure share_of_peak;                            ///< of them that the engine reaches
  Figure memory_bytes_per_second;
  LinkProfile within_node;
  LinkProfile between_nodes;

  /// Of dense products: the first of these names that the file has. @throws ConfigError  if it has none
  [[nodiscard]] const Figure& speed(const std::array<std::string, 2>& names) const;
};

/// @param name  of a file in configs/devices (shipped_folder) without .json, or a path, which has a '/' or
/// ends in .json
/// @throws ConfigError  naming file, key and what is expected; for an unknown name those that there are
[[nodiscard]] DeviceProfile read_device_profile(const std::string& name);

}  // namespace harsanyi
