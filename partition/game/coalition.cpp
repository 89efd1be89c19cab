#include "partition/game/coalition.hpp"

namespace harsanyi {

std::string label_of(Coalition coalition) {
  std::string label = "{";
  for (std::uint32_t rest = coalition.bits(); rest != 0; rest &= rest - 1) {
    if (label.size() > 1) label += ',';
    label += std::to_string(std::countr_zero(rest));
  }
  return label + '}';
}

}  // namespace harsanyi
