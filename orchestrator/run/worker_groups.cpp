#include "orchestrator/run/worker_groups.hpp"

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

void in_group(LinkedGroup* group, const std::function<void()>& step) {
  if (group == nullptr) return step();
  try {
    step();
    const std::byte done{1};
    static_cast<void>(group->gather({&done, 1}));  // nobody goes on while one may still give up
  } catch (const InterruptedGroupError&) {
    throw;
  } catch (const BrokenGroupError&) {
    throw;
  } catch (const std::exception&) {
    group->interrupt();
    throw;
  }
}

WorkerGroups form_groups(World& world, const std::vector<GroupWish>& wishes, bool on_one_node) {
  WorkerGroups groups;
  if (wishes.size() == 1 && wishes.front().ranks == 1) return groups;
  together(world, [&] { groups.places = place_groups(world.size(), wishes); });
  together(world, [&] {
    const int rank = world.rank().value;
    const auto own =
        std::find_if(groups.places.begin(), groups.places.end(),
                     [rank](const WorkerPlace& place) { return rank < place.first_rank + place.ranks; });
    auto link = world.group_link(static_cast<int>(own - groups.places.begin()));
    groups.size = own->ranks;
    if (own->ranks == 1) return;
    const auto limit =
        std::chrono::duration_cast<std::chrono::milliseconds>(world.attendance().silence_limit);
    groups.own = std::make_unique<LinkedGroup>(std::move(link), limit);
    if (on_one_node) require_one_node(*groups.own, own->first_rank);
  });
  return groups;
}

}  // namespace harsanyi
