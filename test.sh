#!/usr/bin/env bash
# Builds and runs every test and lint. What is missing is installed first; CTest's summary comes last.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"
# shellcheck source=tools/environment.sh
source tools/environment.sh
build=build/release

main() {
  step "set-up" tools/setup.sh --tests
  venv=$(venv_of requirements-libtorch.lock requirements.lock)
  step "format and lint of scripts" lint_scripts
  step "build" build
  step "clang-tidy" "$venv/bin/python" tools/clang_tidy.py "$build"
  step "model of the tests" fetch_model
  if [ -d ../shared ]; then
    HARSANYI_SHARED=$(cd ../shared && pwd)
    export HARSANYI_SHARED
  fi
  show_step_times
  printf '\n== tests\n'
  ctest --preset release --parallel "$(nproc)"
}

lint_scripts() {
  git ls-files -z -- '*.hpp' '*.cpp' | xargs -0 -r clang-format-14 --dry-run -Werror
  git ls-files -z -- '*.sh' .ci/run | xargs -0 shellcheck --external-sources
  "$venv/bin/python" -m ruff format --check --quiet .
  "$venv/bin/python" -m ruff check --quiet .
}

build() {
  cmake --preset release -DPython3_EXECUTABLE="$venv/bin/python"
  cmake --build --preset release
}

fetch_model() {
  HARSANYI_DEMO_MODEL=$HARSANYI_CACHE/models/smollm2-135m-instruct
  "$venv/bin/python" tools/fetch_demo_model.py "$HARSANYI_DEMO_MODEL"
  export HARSANYI_DEMO_MODEL
}

main "$@"
