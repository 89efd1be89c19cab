#!/usr/bin/env bash
# Measures harsanyi beside its alternatives on two cores: bench.py in its environment, which is made if it is not there.
#
#   tests/bench/engine/run.sh --data DIR [...]      options: run.sh --help
set -euo pipefail
# shellcheck source=tools/environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../tools/environment.sh"

bench=$(venv_of requirements-bench.lock)
runtime=$(venv_of requirements-libtorch.lock requirements.lock) # draws the figures
if [ ! -e "$bench/.complete" ] || [ ! -e "$runtime/.complete" ]; then
  "$HARSANYI_ROOT/tools/setup.sh" --bench
fi
exec "$bench/bin/python" "$HARSANYI_ROOT/tests/bench/engine/bench.py" --figures-by "$runtime/bin/python" "$@"
