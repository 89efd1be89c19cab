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

/// @param at_once  set where the job cannot end in order
ExitCode run_body(World& world, const std::function<ExitCode(World&)>& body, bool& at_once) {
  try {
    check_gpu_binding(world);
    return body(world);
  } catch (const LostRankError& error) {
    at_once = true;
    return report_failure(error, std::cerr);
  } catch (const StorageError& error) {
    // MPI's end would end HDF5, whose 1.10 crashes there once it could not write or open a file.
    at_once = world.rank() == Rank{0};
    return report_failure(error, std::cerr);
  } catch (const Error& error) {
    return report_failure(error, std::cerr);
  } catch (const std::exception& error) {
    at_once = true;
    return report_failure(error, std::cerr);
  }
}

std::string names_of(const std::set<Rank>& ranks) {
  std::vector<int> numbers;
  numbers.reserve(ranks.size());
  for (const Rank rank : ranks) numbers.push_back(rank.value);
  return fmt::format("{}{}", numbers.size() == 1 ? "rank " : "ranks ", fmt::join(numbers, ", "));
}

}  // namespace

ExitCode in_world(const LimitOptions& limits, const std::function<ExitCode(World&)>& body) {
  const std::unique_ptr<World> world = make_world(std::chrono::duration<double>{limits.silence_limit});
  bool at_once = false;
  const ExitCode code = run_body(*world, body, at_once);
  const std::set<Rank>& absent = world->attendance().absent;
  if (!absent.empty()) std::cerr << fmt::format("harsanyi: the job ends without {}\n", names_of(absent));
  if (world->size() > 1 && (at_once || !absent.empty())) {
    std::cout.flush();
    world->abort(static_cast<int>(code));
  }
  return code;
}

}  // namespace harsanyi
