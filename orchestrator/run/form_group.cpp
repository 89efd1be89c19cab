#include "orchestrator/run/form_group.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "orchestrator/run/environment.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

void require_whole_groups(int ranks, int size) {
  if (ranks % size == 0) return;
  const int below = ranks / size * size;
  throw ConfigError{
      fmt::format("{} ranks cannot form worker groups of {} (--tensor-parallel); start {}{} ranks", ranks,
                  size, below > 0 ? fmt::format("{} or ", below) : "", below + size)};
}

void require_one_node(LinkedGroup& group, int first_rank) {
  std::array<char, 256> own{};
  std::strncpy(own.data(), host_name().c_str(), own.size() - 1);
  const std::vector<std::byte> all = group.gather(std::as_bytes(std::span{own}));
  for (int r = 0; r < group.size(); ++r) {
    std::array<char, 256> other{};
    std::memcpy(other.data(), all.data() + static_cast<std::size_t>(r) * other.size(), other.size());
    std::array<char, 256> first{};
    std::memcpy(first.data(), all.data(), first.size());
    if (first != other)
      throw ConfigError{
          fmt::format("rank {} is on node {}, rank {} of the same worker group on {}; start a multiple of {} "
                      "ranks per node, or leave --group-on-node out",
                      first_rank, first.data(), first_rank + r, other.data(), group.size())};
  }
}

}  // namespace

std::unique_ptr<LinkedGroup> form_group(World& world, int size, bool on_one_node) {
  if (size == 1) return nullptr;
  std::unique_ptr<LinkedGroup> group;
  together(world, [&] { require_whole_groups(world.size(), size); });
  together(world, [&] {
    const int number = world.rank().value / size;
    const auto limit =
        std::chrono::duration_cast<std::chrono::milliseconds>(world.attendance().silence_limit);
    group = std::make_unique<LinkedGroup>(world.group_link(number), limit);
    if (on_one_node) require_one_node(*group, number * size);
  });
  return group;
}

}  // namespace harsanyi
