#!/usr/bin/env bash
# Measures harsanyi beside its alternatives on two cores: bench.py in its environment, which is made if it is not there.
#
#   tests/bench/engine/run.sh --data DIR [...]      options: run.sh --help
set -euo pipefail
# shellcheck source=tools/environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/../../../tools/environment.sh"

venv=$(venv_of requirements-bench.lock)
[ -e "$venv/.complete" ] || "$HARSANYI_ROOT/tools/setup.sh" --bench
exec "$venv/bin/python" "$HARSANYI_ROOT/tests/bench/engine/bench.py" "$@"
