#include "orchestrator/run/worker_groups.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "orchestrator/run/environment.hpp"
#include "orchestrator/run/together.hpp"
#include "partition/base/error.hpp"
#include "partition/base/fixed_text.hpp"

namespace harsanyi {
namespace {

void require_one_node(LinkedGroup& group, int first_rank) {
  const auto nodes = gather_one(group, FixedText<256>{host_name()});
  for (int r = 1; r < group.size(); ++r)
    if (const auto& node = nodes[static_cast<std::size_t>(r)]; node != nodes.front())
      throw ConfigError{
          fmt::format("rank {} is on node {}, rank {} of the same worker group on {}; start a multiple of {} "
                      "ranks per node, or leave --group-on-node out",
                      first_rank, nodes.front().c_str(), first_rank + r, node.c_str(), group.size())};
}

}  // namespace

void in_group(LinkedGroup* group, const std::function<void()>& step) {
  if (group == nullptr) return step();
  try {
    step();
    static_cast<void>(gather_one(*group, std::byte{1}));  // nobody goes on while one may still give up
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
    if (own->ranks == 1) return;
    const auto limit =
        std::chrono::duration_cast<std::chrono::milliseconds>(world.attendance().silence_limit);
    groups.own = std::make_unique<LinkedGroup>(std::move(link), limit);
    if (on_one_node) require_one_node(*groups.own, own->first_rank);
  });
  return groups;
}

}  // namespace harsanyi
