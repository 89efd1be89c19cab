#include "orchestrator/cli/in_world.hpp"

#include <iostream>

#include "orchestrator/cli/failure.hpp"
#include "orchestrator/run/gpu_binding.hpp"
#include "partition/base/error.hpp"

namespace harsanyi {

ExitCode in_world(const std::function<ExitCode(World&)>& body) {
  const std::unique_ptr<World> world = make_world();
  try {
    check_gpu_binding(*world);
    return body(*world);
  } catch (const Error& error) {
    return report_failure(error, std::cerr);
  } catch (const std::exception& error) {
    const ExitCode code = report_failure(error, std::cerr);
    if (world->size() > 1) world->abort(static_cast<int>(code));
    return code;
  }
}

}  // namespace harsanyi
