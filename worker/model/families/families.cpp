#include <array>

#include "worker/model/families/family.hpp"

namespace harsanyi {

std::span<const Family* const> all_families() {
  static constexpr std::array<const Family*, 4> families{&kLlama, &kMistral, &kQwen2, &kQwen3};
  return families;
}

}  // namespace harsanyi
