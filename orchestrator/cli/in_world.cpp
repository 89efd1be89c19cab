#include "orchestrator/cli/in_world.hpp"

#include <iostream>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/cli/failure.hpp"
#include "orchestrator/run/gpu_binding.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// @param others_wait  set after an error that other ranks do not share
ExitCode run_body(World& world, const std::function<ExitCode(World&)>& body, bool& others_wait) {
  try {
    check_gpu_binding(world);
    return body(world);
  } catch (const LostRankError& error) {
    others_wait = true;
    return report_failure(error, std::cerr);
  } catch (const Error& error) {
    return report_failure(error, std::cerr);
  } catch (const std::exception& error) {
    others_wait = true;
    return report_failure(error, std::cerr);
  }
}

std::string names_of(const std::set<Rank>& ranks) {
  std::vector<int> numbers;
  for (const Rank rank : ranks) numbers.push_back(rank.value);
  return fmt::format("{}{}", numbers.size() == 1 ? "rank " : "ranks ", fmt::join(numbers, ", "));
}

}  // namespace

ExitCode in_world(const LimitOptions& limits, const std::function<ExitCode(World&)>& body) {
  const std::unique_ptr<World> world = make_world(std::chrono::duration<double>{limits.silence_limit});
  bool others_wait = false;
  const ExitCode code = run_body(*world, body, others_wait);
  const std::set<Rank>& absent = world->attendance().absent;
  if (!absent.empty()) std::cerr << fmt::format("harsanyi: the job ends without {}\n", names_of(absent));
  if (world->size() > 1 && (others_wait || !absent.empty())) {
    std::cout.flush();
    world->abort(static_cast<int>(code));
  }
  return code;
}

}  // namespace harsanyi
