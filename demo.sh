#!/usr/bin/env bash
# The whole method on a real model and real sentences, from clone to report. Run it again, and only what is not
# done yet is done; a run that was cut off continues.
#
#   ./demo.sh          HARSANYI_DEMO_SAMPLES=8 ./demo.sh is a shorter one
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/environment.sh
source tools/environment.sh

samples=${HARSANYI_DEMO_SAMPLES:-24} # sentences that the games are played on
scored=400                           # sentences that are answered with and without calibration
groups_of_ranks=2

model=$HARSANYI_CACHE/models/smollm2-135m-instruct
data=$HARSANYI_CACHE/data
out=out/demo
cube=$out/cube.h5 groups=$out/groups.h5 results=$out/results.h5
before=$out/attention_before.h5 after=$out/attention_after.h5
prompt=$'Classify the sentiment of the user\'s message into one of the following categories:\'positive\' or \'negative\'.\n\nSentence: An utterly charming film, if a little too long. \nSentiment: '
harsanyi=build/release/bin/harsanyi

main() {
  mkdir -p "$out"
  step "set-up" tools/setup.sh
  venv=$(venv_of requirements-libtorch.lock requirements.lock)
  export PYTHONPATH=$HARSANYI_ROOT/analysis/src
  step "build" build
  step "model" "$venv/bin/python" tools/fetch_demo_model.py "$model"
  step "sentences" "$venv/bin/python" tools/make_sentences.py "$data"
  step "doctor" mpi_run doctor --folder "$out" --python "$venv/bin/python"
  step "plan" "$harsanyi" plan "${sweep_options[@]}"
  step "sweep" mpi_run sweep "${sweep_options[@]}" --cube "$cube"
  step "select" once "$groups" "$cube" "$harsanyi" select --cube "$cube" --groups "$groups" --overwrite
  step "evaluate" mpi_run evaluate --config configs/experiments/demo_evaluate.ini --model "$model" \
    --groups "$groups" --data "$data" --items "$scored" --results "$results"
  step "forward, as it is" once "$before" "$model/config.json" forward_with_attention "$before"
  step "forward, calibrated" once "$after" "$groups" forward_with_attention "$after" --calibrate --groups "$groups"
  step "report" "$harsanyi" report --cube "$cube" --groups "$groups" --results "$results" \
    --attention-before "$before" --attention-after "$after" --out "$out/report" --overwrite \
    --python "$venv/bin/python"
  step "open the cube in Python" "$venv/bin/python" analysis/examples/open_cube.py "$cube" "$out/dividend_map.png"
  show_step_times
  show_results
}

sweep_options=(--config configs/experiments/demo.ini --model "$model" --data "$data" --samples "$samples")

build() {
  cmake --preset release -DPython3_EXECUTABLE="$venv/bin/python" >"$out/configure.log" || {
    tail -20 "$out/configure.log" >&2
    return 1
  }
  cmake --build --preset release --target harsanyi harsanyi_engine
}

mpi_run() {
  mpirun -n "$groups_of_ranks" --oversubscribe --bind-to none "$harsanyi" "$@"
}

# once OUTPUT INPUT COMMAND...: runs the command unless OUTPUT is there and no older than INPUT.
once() {
  local output=$1 input=$2
  shift 2
  if [ -e "$output" ] && [ ! "$input" -nt "$output" ]; then
    echo "already done: $output"
  else
    "$@"
  fi
}

forward_with_attention() {
  local file=$1
  shift
  "$harsanyi" forward --model "$model" --text "$prompt" --attention --last-only --out "$file" --overwrite "$@"
}

show_results() {
  cat <<END

Look at
  $out/report/index.html     the report: tables and figures in one page
  $out/dividend_map.png      the map that the Python example drew
  $cube               the cube: value[layer, sample, coalition] (h5py, xarray, h5dump)
  $results            every answer of the evaluation
END
}

main "$@"
