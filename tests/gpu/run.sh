#!/usr/bin/env bash
# Checks and times the engine on the GPUs of this machine: the tests of the other device's code, then one sweep on the
# CPU and one on a GPU, whose values must agree to 1e-3.
#
#   tests/gpu/run.sh [SAMPLES]      after tools/setup.sh --gpu and ./demo.sh, which makes build, model and rows; 8 samples unless
#                                   told. tests/bench/engine/run.sh --device gpu measures the engine beside other programs
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tools/environment.sh
source tools/environment.sh

samples=${1:-8}
build=build/release
out=out/gpu
python=$(venv_of requirements-libtorch.lock requirements.lock)/bin/python

main() {
  if ! command -v nvidia-smi >/dev/null || ! nvidia-smi --list-gpus; then
    echo "error: no NVIDIA GPU on this machine; the same code runs through operators in engine_test" >&2
    return 1
  fi
  mkdir -p "$out"
  cmake --build "$build" --target harsanyi harsanyi_engine engine_test
  step "tests" env HARSANYI_TEST_DEVICE=gpu "$build/bin/engine_test" --gtest_filter='*Device*'
  step "sweep on the CPU" sweep cpu
  step "sweep on a GPU" sweep gpu
  "$python" tests/gpu/compare_cubes.py "$out/cpu.h5" "$out/gpu.h5"
  show_step_times
}

sweep() {
  rm -f "$out/$1.h5"
  "$build/bin/harsanyi" sweep --config configs/experiments/demo.ini --samples "$samples" --profile --device "$1" \
    --model "$HARSANYI_CACHE/models/smollm2-135m-instruct" --data "$HARSANYI_CACHE/data" --cube "$out/$1.h5"
}

main "$@"
