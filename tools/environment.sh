# shellcheck shell=bash
# Sourced by demo.sh, test.sh and tools/setup.sh: where things are, and how times are shown.

HARSANYI_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
HARSANYI_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/harsanyi # outlives the clone
HARSANYI_PYTHON=${HARSANYI_PYTHON:-$([ -x /usr/bin/python3 ] && echo /usr/bin/python3 || echo python3)}

# The folder of the virtual environment that these lock files of tools/ describe: another lock, another folder.
venv_of() {
  (cd "$HARSANYI_ROOT/tools" && "$HARSANYI_PYTHON" --version | cat - "$@" | sha256sum | cut -c1-16 |
    sed "s|^|$HARSANYI_CACHE/venv-|")
}

require_python() {
  command -v "$HARSANYI_PYTHON" >/dev/null || {
    echo "error: $HARSANYI_PYTHON: no such program; install python3, or name one in HARSANYI_PYTHON" >&2
    return 1
  }
}

# Open MPI refuses to start as root unless told twice; containers have no other user.
if [ "$(id -u)" = 0 ]; then
  export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1
fi

step_times=()

# step NAME COMMAND...: runs the command under a heading and keeps its time for `show_step_times`.
step() {
  local name=$1 start=$SECONDS
  shift
  printf '\n== %s\n' "$name"
  "$@"
  local line
  printf -v line '%s %4d s' "$(pad_with_dots "$name")" $((SECONDS - start))
  step_times+=("$line")
  echo "$line"
}

pad_with_dots() {
  local text="$1 "
  while [ ${#text} -lt 34 ]; do text+=.; done
  echo "$text"
}

show_step_times() {
  printf '\nWhere the time went\n'
  printf '  %s\n' "${step_times[@]}"
  printf '  %s %4d s\n' "$(pad_with_dots total)" "$SECONDS"
}
