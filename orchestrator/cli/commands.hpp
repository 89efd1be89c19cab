#pragma once

#include <vector>

#include "orchestrator/cli/command.hpp"
#include "orchestrator/config/doctor_options.hpp"
#include "orchestrator/config/evaluate_options.hpp"
#include "orchestrator/config/export_options.hpp"
#include "orchestrator/config/forward_options.hpp"
#include "orchestrator/config/inspect_benchmark_options.hpp"
#include "orchestrator/config/inspect_options.hpp"
#include "orchestrator/config/layers_options.hpp"
#include "orchestrator/config/merge_options.hpp"
#include "orchestrator/config/plan_options.hpp"
#include "orchestrator/config/repair_options.hpp"
#include "orchestrator/config/report_options.hpp"
#include "orchestrator/config/select_options.hpp"
#include "orchestrator/config/slurm_options.hpp"
#include "orchestrator/config/status_options.hpp"
#include "orchestrator/config/sweep_options.hpp"

// The function of each command, in <command>_command.cpp. They throw Error types; run_program reports those.

namespace harsanyi {

ExitCode run_doctor(const DoctorOptions& options, const Invocation& invocation);
ExitCode run_plan(const PlanOptions& options, const Invocation& invocation);
ExitCode run_sweep(const SweepOptions& options, const Invocation& invocation);
ExitCode run_select(const SelectOptions& options, const Invocation& invocation);
ExitCode run_layers(const LayersOptions& options, const Invocation& invocation);
ExitCode run_evaluate(const EvaluateOptions& options, const Invocation& invocation);
ExitCode run_report(const ReportOptions& options, const Invocation& invocation);
ExitCode run_slurm(const SlurmOptions& options, const Invocation& invocation);
ExitCode run_status(const StatusOptions& options, const Invocation& invocation);
ExitCode run_inspect(const InspectOptions& options, const Invocation& invocation);
ExitCode run_inspect_benchmark(const InspectBenchmarkOptions& options, const Invocation& invocation);
ExitCode run_repair(const RepairOptions& options, const Invocation& invocation);
ExitCode run_repair_results(const RepairResultsOptions& options, const Invocation& invocation);
ExitCode run_merge(const MergeOptions& options, const Invocation& invocation);
ExitCode run_export(const ExportOptions& options, const Invocation& invocation);
ExitCode run_forward(const ForwardOptions& options, const Invocation& invocation);

/// All commands, in the order in which they are used.
[[nodiscard]] const std::vector<Command>& commands();

}  // namespace harsanyi
