#include "orchestrator/cli/commands.hpp"

namespace harsanyi {

const std::vector<Command>& commands() {
  static const std::vector<Command> all{
      make_command<DoctorOptions>("doctor", "say what this machine and build can do, and what to change",
                                  "mpirun -n 2 harsanyi doctor",
                                  "Under mpirun or srun it also shows how the ranks are bound to cores.",
                                  run_doctor),
      make_command<PlanOptions>(
          "plan", "show the units of a sweep, their cost and memory; reads no weight",
          "harsanyi plan --model models/smollm2 --benchmark sst2 --data data --samples 300",
          "Takes the options of `sweep` and reads the same configuration file. Without a checkpoint:\n"
          "harsanyi plan --model configs/models/Llama-3.1-8B-Instruct.json --benchmark sst2 --prompt-tokens "
          "60",
          run_plan),
      make_command<SweepOptions>("sweep",
                                 "measure the value of every coalition of every layer into a dividend cube",
                                 "mpirun -n 2 harsanyi sweep --model models/smollm2 --benchmark sst2 --data "
                                 "data --samples 300 --cube cube.h5",
                                 "Killed at any instant, the same command goes on where it was; the finished "
                                 "cube has the same bits for any\n"
                                 "number of ranks and restarts.",
                                 run_sweep),
      make_command<SelectOptions>("select", "choose the salient group of every layer from a finished cube",
                                  "harsanyi select --cube cube.h5 --groups groups.h5", "", run_select),
      make_command<LayersOptions>(
          "layers", "search greedily for the layers whose calibration raises the score; optional",
          "mpirun -n 2 harsanyi layers --model models/smollm2 --groups groups.h5 --benchmark sst2 --data "
          "data "
          "--calibration-samples 200 --out layers",
          "Each round tries every layer on top of those taken, by accuracy (F1 for generated answers) on "
          "rows that\n"
          "no result is reported on. `evaluate --layers-from layers/layers.json` uses what was found.",
          run_layers),
      make_command<EvaluateOptions>(
          "evaluate", "answer benchmarks with and without calibrated attention",
          "mpirun -n 2 harsanyi evaluate --model models/smollm2 --groups groups.h5 --benchmark sst2 --data "
          "data "
          "--results results.h5",
          "Continues like `sweep`. Ends with accuracy, 95 % intervals and McNemar's test.", run_evaluate),
      make_command<ReportOptions>(
          "report", "tables and figures of finished files, as one page",
          "harsanyi report --cube cube.h5 --groups groups.h5 --results results.h5 --out report", "",
          run_report),
      make_command<SlurmOptions>(
          "slurm", "write the jobs of a study for Slurm, say what they ask for and why, and submit them",
          "harsanyi slurm --config study.ini --cluster configs/clusters/example.ini --submit",
          "sweep, select, evaluate and report, each a job (an array over several models) that starts "
          "once the one before\n"
          "has succeeded. A job that nears its time limit finishes its units and requeues itself. "
          "The scripts can be read and\n"
          "changed; --dry-run shows them.",
          run_slurm),
      make_command<StatusOptions>(
          "status", "tell how far a run is, from any node, without touching the file it writes",
          "harsanyi status cube.h5",
          "Reads the small file that a run keeps beside its cube or results file: cube.h5.status.json.",
          run_status),
      make_command<InspectOptions>(
          "inspect", "show what a cube, groups or results file holds",
          "harsanyi inspect cube.h5 --require-complete --verify",
          "Exit code 5 from --require-complete means: not finished; 4 from --verify: damaged.", run_inspect),
      make_command<RepairOptions>(
          "repair", "compute the damaged units of a cube again, and no others",
          "harsanyi repair --model models/smollm2 --benchmark sst2 --data data --samples 300 --cube cube.h5",
          "Takes the options of the `sweep` that made the cube (`inspect --verify` shows them) and reads the "
          "same configuration\n"
          "file. All units are compared with their checksums, the marks of those that differ are taken back, "
          "and "
          "they are computed\n"
          "and compared again; --dry-run only lists them. Units that no run has computed yet are computed "
          "too. "
          "Stopped in any way,\n"
          "the same command, or the same `sweep`, goes on.",
          run_repair),
      make_command<RepairResultsOptions>(
          "repair results", "the same for a results file",
          "harsanyi repair results --model models/smollm2 --groups groups.h5 --benchmark sst2 --data data "
          "--results results.h5",
          "Takes the options of the `evaluate` that made the file.", run_repair_results),
      make_command<MergeOptions>(
          "merge", "join cubes, or results files, that were computed in parts",
          "harsanyi merge cube.h5 part_a.h5 part_b.h5 part_c.h5",
          "Parts of one cube: other layers or samples (`sweep --only-layers`, `--only-samples`), other "
          "benchmarks, or whatever\n"
          "units sweeps of one experiment have finished. Parts of results: other models, other benchmarks, "
          "likewise. The whole\n"
          "has the bits of one sweep over all. What does not belong together is refused, with a list of what "
          "differs; where parts\n"
          "overlap they must agree to the last bit. Cubes of several models stay apart: `report` takes "
          "several.",
          run_merge),
      make_command<ExportOptions>(
          "export", "write a cube or results file as a compressed copy, or as a table",
          "harsanyi export cube.h5 values.csv --format csv",
          "The file is compared with its checksums first. Columns of the tables: docs/formats/tables.md.",
          run_export),
      make_command<InspectBenchmarkOptions>(
          "inspect benchmark", "show the exact prompts, tokens and right answers of a benchmark's rows",
          "harsanyi inspect benchmark arc_easy --model models/smollm2 --data data --rows 3",
          "Every line of a prompt stands in quotes with JSON's escapes, so that blanks at its end show.",
          run_inspect_benchmark),
      make_command<ForwardOptions>(
          "forward", "run prompts through a model, masked or calibrated by choice, and write what comes out",
          "harsanyi forward --model models/smollm2 --text \"A fine film.\" --mask \"3:{0,2}\" --attention "
          "--out a.h5",
          "", run_forward),
  };
  return all;
}

}  // namespace harsanyi
