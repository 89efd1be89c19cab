#!/usr/bin/env bash
# Installs what is missing to build and run; does nothing, and says so, where all is there.
#
#   tools/setup.sh            Debian packages, and the Python environment with libtorch
#   tools/setup.sh --tests    also the packages that only test.sh needs
#   tools/setup.sh --gpu      also the packages with which libtorch computes on NVIDIA GPUs (3 GB)
#   tools/setup.sh --parity   also the environment in which Python imports torch and transformers (4.6 GB)
#   tools/setup.sh --bench    also that of tests/bench/engine, with the packages it compares with (5.4 GB)
#
# Python environments lie in ${XDG_CACHE_HOME:-~/.cache}/harsanyi, named by the hash of their lock files. With
# HARSANYI_SKIP_PACKAGES=1 no Debian package is looked at (other systems: see the lists in tools/packages*.txt).
set -euo pipefail
# shellcheck source=tools/environment.sh
source "$(dirname "${BASH_SOURCE[0]}")/environment.sh"
tools=$HARSANYI_ROOT/tools

main() {
  local package_lists=("$tools/packages.txt") gpu=no parity=no bench=no option
  for option in "$@"; do
    case $option in
      --tests) package_lists+=("$tools/packages-test.txt") ;;
      --gpu) gpu=yes ;;
      --parity) parity=yes ;;
      --bench) bench=yes ;;
      *)
        echo "error: $option: unknown option; known are --tests, --gpu, --parity and --bench" >&2
        return 2
        ;;
    esac
  done
  install_packages "${package_lists[@]}"
  require_python
  make_venv "$(venv_of requirements-libtorch.lock requirements.lock)" install_runtime
  if [ $gpu = yes ]; then
    add_to_venv "$(venv_of requirements-libtorch.lock requirements.lock)" requirements-gpu.lock
  fi
  if [ $parity = yes ]; then
    make_venv "$(venv_of requirements-parity.lock)" install_parity
  fi
  if [ $bench = yes ]; then
    make_venv "$(venv_of requirements-bench.lock)" install_bench
  fi
}

install_packages() {
  if [ "${HARSANYI_SKIP_PACKAGES:-0}" = 1 ]; then
    echo "Debian packages: not looked at (HARSANYI_SKIP_PACKAGES=1)"
    return
  fi
  if ! command -v dpkg-query >/dev/null; then
    echo "error: this is no Debian; install what stands in ${*} by other means, then set HARSANYI_SKIP_PACKAGES=1" >&2
    return 1
  fi
  local wanted missing=() package
  mapfile -t wanted < <(grep -hv '^#' "$@")
  for package in "${wanted[@]}"; do
    is_installed "$package" || missing+=("$package")
  done
  if [ ${#missing[@]} = 0 ]; then
    echo "Debian packages: all ${#wanted[@]} are there"
    return
  fi
  echo "Debian packages: installing ${missing[*]}"
  local wait=(-o DPkg::Lock::Timeout=600)
  as_root apt-get "${wait[@]}" update -q
  as_root env DEBIAN_FRONTEND=noninteractive apt-get "${wait[@]}" install -q -y --no-install-recommends "${missing[@]}"
}

is_installed() {
  [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

as_root() {
  if [ "$(id -u)" = 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    echo "error: installing packages needs root or sudo; have somebody run: $*" >&2
    return 1
  fi
}

# make_venv FOLDER INSTALL: a virtual environment that INSTALL fills. A mark is set last; an unmarked one, left by
# an interrupted run, is made again (pip keeps its downloads). Two at once: the second waits for the first.
make_venv() {
  local folder=$1 install=$2
  mkdir -p "$HARSANYI_CACHE"
  (
    flock 9
    if [ -e "$folder/.complete" ]; then
      echo "Python environment: $folder is there"
      exit
    fi
    echo "Python environment: making $folder"
    rm -rf "$folder"
    "$HARSANYI_PYTHON" -m venv "$folder"
    "$install" "$folder/bin/python"
    touch "$folder/.complete"
  ) 9>"$folder.lock"
}

# add_to_venv FOLDER LOCK: packages that an environment can do without, named by a mark of their own.
add_to_venv() {
  local folder=$1 lock=$2 mark
  mark=$folder/.has-$(sha256sum "$tools/$lock" | cut -c1-16)
  (
    flock 9
    if [ -e "$mark" ]; then
      echo "Python environment: $folder has $lock"
      exit
    fi
    echo "Python environment: adding $lock to $folder"
    pip_install "$folder/bin/python" --no-deps -r "$tools/$lock"
    touch "$mark"
  ) 9>"$folder.lock"
}

install_runtime() {
  pip_install "$1" -r "$tools/requirements.lock"
  pip_install "$1" --no-deps -r "$tools/requirements-libtorch.lock" # last: torch alone does not satisfy pip's check
}

install_parity() {
  pip_install "$1" -r "$tools/requirements-parity.lock"
}

install_bench() {
  pip_install "$1" -r "$tools/requirements-bench.lock"
}

pip_install() {
  local python=$1
  shift
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes "$@"
}

main "$@"
