#include <array>

#include "worker/model/families/family.hpp"

namespace harsanyi {

std::span<const Family* const> all_families() {
  static constexpr std::array<const Family*, 2> families{&kLlama, &kQwen2};
  return families;
}

}  // namespace harsanyi
