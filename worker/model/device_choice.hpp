#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// Where an engine computes.
enum class DeviceChoice {
  automatic,  ///< a GPU if the rank sees one, else the CPU
  cpu,
  gpu,
  operators,  ///< on the CPU by the code of GPUs: whole-tensor operators instead of loops over rows; for
              ///< tests
};
template <>
struct EnumNames<DeviceChoice> {
  static constexpr std::string_view kind = "device";
  static constexpr std::array names{std::pair{DeviceChoice::automatic, std::string_view{"auto"}},
                                    std::pair{DeviceChoice::cpu, std::string_view{"cpu"}},
                                    std::pair{DeviceChoice::gpu, std::string_view{"gpu"}},
                                    std::pair{DeviceChoice::operators, std::string_view{"operators"}}};
};

}  // namespace harsanyi
