#!/usr/bin/env bash
# The paper's sixteen text benchmarks, vanilla and GAC, on one model: dividends per task family, salient groups,
# evaluation, one report. Run it again, and only what is not done yet is done; a run that was killed continues.
#
#   configs/experiments/text16.sh DATA [MODEL] [OUT]
#
# DATA holds <set>/<split>.jsonl (tools/export_benchmarks.py writes it); MODEL is a Hugging Face folder, without it
# the demo's SmolLM2; OUT is out/text16. Sizes, from the environment, with what the paper has:
#   HARSANYI_SAMPLES     rows of each set that the games are played on    4     (paper 300)
#   HARSANYI_QA_SAMPLES  the same for SQuAD, whose games generate text    1     (paper 300)
#   HARSANYI_ROWS        rows of each set that are answered               50    (paper: all, 0)
#   HARSANYI_CONVENTION  paper or release                                 paper
#   HARSANYI_LAUNCH      how ranks are started; under Slurm: srun --mpi=pmix
#   HARSANYI             the program                                      build/release/bin/harsanyi
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=tools/environment.sh
source "$here/../../tools/environment.sh"

data=${1:?the folder of the data sets is missing: configs/experiments/text16.sh DATA [MODEL] [OUT]}
model=${2:-$HARSANYI_CACHE/models/smollm2-135m-instruct}
out=${3:-out/text16}
convention=${HARSANYI_CONVENTION:-paper}
rows=${HARSANYI_ROWS:-50}
harsanyi=${HARSANYI:-$HARSANYI_ROOT/build/release/bin/harsanyi}
read -ra launch <<<"${HARSANYI_LAUNCH:-mpirun -n $(nproc) --oversubscribe --bind-to none}"

main() {
  mkdir -p "$out"
  run_family classification "${HARSANYI_SAMPLES:-4}"
  run_family multiple_choice "${HARSANYI_SAMPLES:-4}"
  run_family question_answering "${HARSANYI_QA_SAMPLES:-1}"
  local venv
  venv=$(venv_of requirements-libtorch.lock requirements.lock)
  export PYTHONPATH=$HARSANYI_ROOT/analysis/src
  step "report" "$harsanyi" report "${report_inputs[@]}" --out "$out/report" --overwrite --python "$venv/bin/python"
  show_step_times
}

report_inputs=()

# run_family FAMILY SAMPLES: one dividend table from SAMPLES rows of each set, its groups, the evaluation.
run_family() {
  local family=$1 samples=$2
  local sets=(--config "$here/text16_$family.ini" --data "$data" --convention "$convention")
  local cube=$out/$family.cube.h5 groups=$out/$family.groups.h5 results=$out/$family.results.h5
  step "$family: sweep" "${launch[@]}" "$harsanyi" sweep "${sets[@]}" --model "$model" --samples "$samples" --cube "$cube"
  step "$family: select" "$harsanyi" select --cube "$cube" --convention "$convention" --groups "$groups" --overwrite
  step "$family: evaluate" "${launch[@]}" "$harsanyi" evaluate "${sets[@]}" --model "$model" --groups "$groups" \
    --items "$rows" --draw-items --results "$results"
  report_inputs+=(--cube "$cube" --groups "$groups" --results "$results")
}

main
