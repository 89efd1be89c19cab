#!/usr/bin/env bash
# Builds and runs every test and lint. What is missing is installed first; CTest's summary comes last.
#
#   ./test.sh            tests against transformers and real vocabularies run where their environment is there
#   ./test.sh --parity   installs that environment first (4.6 GB, outside the clone)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/environment.sh
source tools/environment.sh
build=build/release

main() {
  local setup=(tools/setup.sh --tests)
  case ${1:-} in
    "") ;;
    --parity) setup+=(--parity) ;;
    *)
      echo "error: $1: unknown option; known is --parity" >&2
      return 2
      ;;
  esac
  step "set-up" "${setup[@]}"
  venv=$(venv_of requirements-libtorch.lock requirements.lock)
  step "format and lint of scripts" lint_scripts
  step "build" build
  step "clang-tidy" "$venv/bin/python" tools/clang_tidy.py "$build"
  step "fuzz targets" build_fuzz_targets
  step "model of the tests" fetch_model
  step "parity environment" use_parity "$@"
  if [ -d ../shared ]; then
    HARSANYI_SHARED=$(cd ../shared && pwd)
    export HARSANYI_SHARED
  fi
  show_step_times
  printf '\n== tests\n'
  ctest --preset release --parallel "$(nproc)"
}

lint_scripts() {
  git ls-files -z -- '*.hpp' '*.cpp' '*.cu' '*.cuh' | xargs -0 -r clang-format-14 --dry-run -Werror
  git ls-files -z -- '*.sh' .ci/run | xargs -0 shellcheck --external-sources
  "$venv/bin/python" -m ruff format --check --quiet .
  "$venv/bin/python" -m ruff check --quiet .
}

build() {
  cmake --preset release -DPython3_EXECUTABLE="$venv/bin/python"
  cmake --build --preset release
}

# A build of its own, by clang. Without clang the tests `fuzz.*` are skipped.
build_fuzz_targets() {
  if ! command -v clang++ >/dev/null; then
    echo "no clang++: not built"
    return
  fi
  cmake --preset fuzz -DPython3_EXECUTABLE="$venv/bin/python"
  cmake --build --preset fuzz
}

fetch_model() {
  HARSANYI_DEMO_MODEL=$HARSANYI_CACHE/models/smollm2-135m-instruct
  "$venv/bin/python" tools/fetch_demo_model.py "$HARSANYI_DEMO_MODEL"
  export HARSANYI_DEMO_MODEL
}

# Where its environment is, tests compare with transformers and tokenizers.
use_parity() {
  local folder
  folder=$(venv_of requirements-parity.lock)
  if [ ! -e "$folder/.complete" ]; then
    echo "not there: tests against transformers are skipped (./test.sh --parity installs it)"
    return
  fi
  export HARSANYI_PARITY_PYTHON=$folder/bin/python
  echo "$HARSANYI_PARITY_PYTHON"
  if [ "${1:-}" = --parity ]; then
    "$HARSANYI_PARITY_PYTHON" tools/fetch_vocabularies.py
  fi
}

main "$@"
