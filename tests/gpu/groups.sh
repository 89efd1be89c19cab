#!/usr/bin/env bash
# Checks and times worker groups on the GPUs of this machine: the laws of groups, sums of 1 to 64 MB, and one sweep by
# one GPU and by groups of them, whose values must agree to 1e-3.
#
#   tests/gpu/groups.sh [SAMPLES [MODEL]]   after tools/setup.sh --gpu and ./demo.sh, which makes build, model and rows; 8 samples and the demo's
#                                           model unless told
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tools/environment.sh
source tools/environment.sh

samples=${1:-8}
model=${2:-$HARSANYI_CACHE/models/smollm2-135m-instruct}
build=build/release
out=out/gpu_groups
python=$(venv_of requirements-libtorch.lock requirements.lock)/bin/python
table=()

main() {
  if ! command -v nvidia-smi >/dev/null || ! nvidia-smi --list-gpus; then
    echo "error: no NVIDIA GPU on this machine; worker_nccl_test and engine_group_test check groups without" >&2
    return 1
  fi
  local gpus
  gpus=$(nvidia-smi --list-gpus | wc -l)
  mkdir -p "$out"
  cmake --build "$build" --target harsanyi harsanyi_engine engine_group_test group_sums
  local failures=0
  for ranks in 1 2 4 8; do
    if [ "$ranks" -le "$gpus" ]; then
      timed "laws, groups of $ranks" on_ranks "$ranks" env HARSANYI_TEST_DEVICE=gpu "$build/bin/engine_group_test" ||
        failures=$((failures + 1))
    fi
  done
  for ranks in 2 4 8; do
    if [ "$ranks" -le "$gpus" ]; then
      timed "sums, groups of $ranks" on_ranks "$ranks" "$build/bin/group_sums" gpu || failures=$((failures + 1))
    fi
  done
  for ranks in 1 2 3 4 6 8; do
    if [ "$ranks" -le "$gpus" ]; then
      sweep_and_compare "$ranks" || failures=$((failures + 1))
    fi
  done
  printf '\n%-28s %10s\n' step seconds
  printf '%s\n' "${table[@]}"
  [ "$failures" = 0 ]
}

on_ranks() {
  local ranks=$1
  shift
  mpirun --oversubscribe --bind-to none -n "$ranks" "$@"
}

# timed NAME COMMAND...: a line of the table, also if the command fails, whose exit code it returns.
timed() {
  local name=$1 start code=0 line
  shift
  printf '\n== %s\n' "$name"
  start=$(date +%s.%N)
  "$@" || code=$?
  line=$(awk -v name="$name" -v start="$start" -v end="$(date +%s.%N)" -v code="$code" \
    'BEGIN { printf "%-28s %10.1f%s", name, end - start, code == 0 ? "" : "   exit code " code }')
  table+=("$line")
  return "$code"
}

# A size that the model cannot be divided into is refused, and no failure.
sweep_and_compare() {
  local code=0 refused=2
  timed "sweep, groups of $1" sweep "$1" || code=$?
  [ "$1" = 1 ] && return "$code"
  [ "$code" = "$refused" ] && return 0
  [ "$code" = 0 ] && "$python" tests/gpu/compare_cubes.py "$out/1.h5" "$out/$1.h5"
}

sweep() {
  rm -f "$out/$1.h5"
  on_ranks "$1" "$build/bin/harsanyi" sweep --config configs/experiments/demo.ini --samples "$samples" --profile \
    --device gpu --tensor-parallel "$1" --model "$model" --data "$HARSANYI_CACHE/data" --cube "$out/$1.h5"
}

main "$@"
