#include <iostream>

#include "orchestrator/cli/commands.hpp"
#include "orchestrator/cli/doctor/checks.hpp"
#include "orchestrator/run/engine_library.hpp"
#include "worker/comm/mpi/mpi_world.hpp"

namespace harsanyi {

ExitCode run_doctor(const DoctorOptions& options, const Invocation&) {
  const auto launch = launch_info();
  if (launch && launch->rank != 0) return ExitCode::ok;  // one table per job

  const CoreFacts cores = core_facts();
  Findings findings{
      check_build(),  check_cores(cores),        check_binding(cores, launch), check_thread_variables(),
      check_memory(), check_disk(options.folder)};
  for (Finding& finding : check_mpi(MpiWorld::library_version(), launch))
    findings.push_back(std::move(finding));
  findings.push_back(check_hdf5());
  findings.push_back(check_engine([] { return engine_library().description(); }));
  findings.push_back(check_compute_types(
      [&](ComputeType type) { return engine_library().product_speed(type, cores.usable); }));
  if (!options.model.empty()) findings.push_back(check_model(options.model, options.verify));
  findings.push_back(check_gpu());
  findings.push_back(check_gpu_kernels(engine_library_path().parent_path()));
  findings.push_back(check_nccl(engine_library_path().parent_path()));
  findings.push_back(check_python(options.python));

  if (options.json)
    write_json(findings, std::cout);
  else
    write_table(findings, std::cout);
  return worst_of(findings) == Verdict::problem ? ExitCode::bad_input : ExitCode::ok;
}

}  // namespace harsanyi
