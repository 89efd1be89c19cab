#include "partition/base/nearest_name.hpp"

#include <algorithm>
#include <numeric>
#include <vector>

namespace harsanyi {
namespace {

/// Bytes of a name: files bring names of any length, and the distance takes the product of two.
constexpr std::size_t kCompared = 256;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // row[j] = distance of a's first i bytes to b's first j bytes; one row of the usual table at a time.
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({replaced, row[j] + 1, row[j - 1] + 1});
    }
  }
  return row.back();
}

std::string nearest_name(std::string_view name, std::span<const std::string> candidates) {
  const std::string_view compared = name.substr(0, kCompared);
  const std::string* nearest = nullptr;
  std::size_t least = 0;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(compared, candidate);
    if (nearest != nullptr && distance >= least) continue;
    nearest = &candidate;
    least = distance;
  }
  return nearest != nullptr ? *nearest : std::string{};
}

}  // namespace harsanyi
