#!/usr/bin/env bash
# Builds the fuzz targets where they are out of date, runs them, and prints a table.
#
#   tests/fuzz/run.sh [--seconds S | --runs N] [--keep FOLDER] [--seed N] [--no-build] [TARGET...]
#
# Each target runs for S seconds (default 10), or for N inputs. The corpus starts from the seeds; --keep reads and
# grows one in FOLDER/<target> instead. --seed N repeats the same choices. What fails a target is left in
# FOLDER/artifacts (or build/fuzz/artifacts): build/fuzz/bin/fuzz_<target> FILE runs it again. Needs clang++ (tools/packages-test.txt); without it exits with 77.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
# shellcheck source=tools/environment.sh
source tools/environment.sh
bin=build/fuzz/bin

main() {
  local limit=-max_total_time=10 keep='' build=yes targets=()
  seed=0
  while [ $# -gt 0 ]; do
    case $1 in
      --seconds) limit=-max_total_time=$2 && shift 2 ;;
      --runs) limit=-runs=$2 && shift 2 ;;
      --keep) keep=$2 && shift 2 ;;
      --seed) seed=$2 && shift 2 ;;
      --no-build) build=no && shift ;;
      -*) echo "error: $1: unknown option; known are --seconds, --runs, --keep, --seed, --no-build" >&2 && return 2 ;;
      *) targets+=("$1") && shift ;;
    esac
  done
  command -v clang++ >/dev/null || { echo "skipped: there is no clang++; tools/setup.sh --tests installs it" && return 77; }
  if [ $build = yes ]; then build_targets; fi
  [ -x "$bin/fuzz_write_seeds" ] || { echo "skipped: $bin is not built; tests/fuzz/run.sh builds it" && return 77; }
  [ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(all_targets)
  work=$(mktemp -d -p "$([ -w /dev/shm ] && echo /dev/shm || echo "${TMPDIR:-/tmp}")" harsanyi-fuzz-XXXXXX)
  trap 'rm -rf "$work"' EXIT
  artifacts=$(realpath -m "${keep:-build/fuzz}/artifacts")
  mkdir -p "$artifacts" "$work/tmp"
  "$bin/fuzz_write_seeds" "$work/seeds"
  mkdir -p "$work/seeds/tokenizer"
  local file
  for file in tests/text/data/*/tokenizer.json; do
    cp "$file" "$work/seeds/tokenizer/$(basename "$(dirname "$file")")"
  done
  printf '%-18s %12s %10s %9s  %s\n' target executions coverage 'per s' result
  local failed=0 target
  for target in "${targets[@]}"; do
    run_target "$target" "$limit" "$keep" || failed=1
  done
  return $failed
}

build_targets() {
  local venv
  venv=$(venv_of requirements-libtorch.lock requirements.lock)
  cmake --preset fuzz -DPython3_EXECUTABLE="$venv/bin/python" >/dev/null
  cmake --build --preset fuzz >/dev/null
}

all_targets() {
  find "$bin" -name 'fuzz_*' -not -name fuzz_write_seeds -printf '%f\n' | sed 's/^fuzz_//' | sort
}

is_hdf5() {
  case $1 in cube | groups | results) return 0 ;; *) return 1 ;; esac
}

# What a parser may take: memory in proportion to its input, and little time. HDF5 itself crashes or runs in circles
# on some inputs: those targets run in child processes that may die, and `judge` says whose fault it was.
limits_of() {
  if is_hdf5 "$1"; then
    echo -max_len=40000 -rss_limit_mb=2048 -malloc_limit_mb=1000000000 -timeout=5 \
      -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1
  else
    echo -max_len=4096 -rss_limit_mb=2048 -malloc_limit_mb=256 -timeout=120
  fi
}

run_target() {
  local target=$1 limit=$2 keep=$3 corpus folder
  corpus=${keep:+$keep/$target}
  corpus=${corpus:-$work/corpus/$target}
  log=$work/$target.log
  mkdir -p "$corpus" "$work/artifacts/$target"
  local sources=("$corpus")
  for folder in "$work/seeds/$target" "tests/fuzz/seeds/$target"; do
    if [ -d "$folder" ]; then sources+=("$folder"); fi
  done
  local limits
  read -ra limits < <(limits_of "$target")
  # The names of functions take longer than the inputs, where every hundredth crashes: `judge` asks for them.
  # Nor are stacks of allocations kept: through libraries without frame pointers each is another, and there is no end to
  # them. A failure is run again by hand, with all of it.
  symbolize=$(is_hdf5 "$target" && echo 0 || echo 1) stacks=1 run_program "$target" "${limits[@]}" "$limit" -seed="$seed" \
    -dict="tests/fuzz/dictionaries/$target.dict" -print_final_stats=1 -artifact_prefix="$work/artifacts/$target/" "${sources[@]}" >"$log" 2>&1 || true
  judge "$target"
  printf '%-18s %12s %10s %9s  %s\n' "$target" "$(executions)" "$(last_number 'cov: ')" "$(last_number 'exec/s: ')" "$verdict"
  [[ $verdict = ok* ]]
}

run_program() {
  local target=$1 asan=allocator_may_return_null=1:symbolize=${symbolize:-1}:malloc_context_size=${stacks:-30}
  shift
  if is_hdf5 "$target"; then asan+=:detect_leaks=0; fi
  ASAN_OPTIONS=$asan UBSAN_OPTIONS=print_stacktrace=1 TMPDIR=$work/tmp "$bin/fuzz_$target" "$@"
}

# Sets `verdict`. Inputs that failed are kept; of those that harm HDF5 alone the number is told.
judge() {
  local target=$1 input ours=0 theirs=0
  verdict=ok
  for input in "$work/artifacts/$target"/*; do
    [ -e "$input" ] || continue
    if is_only_slow_here "$target" "$input"; then continue; fi
    if is_hdf5 "$target" && is_fault_of_hdf5 "$target" "$input"; then
      theirs=$((theirs + 1))
      mkdir -p "$artifacts/hdf5"
      cp "$input" "$artifacts/hdf5/$target-$(basename "$input")"
    else
      ours=$((ours + 1))
      cp "$input" "$artifacts/$target-$(basename "$input")"
    fi
  done
  if [ $theirs -gt 0 ]; then verdict+=", $theirs inputs harm HDF5 itself"; fi
  if [ $ours -gt 0 ]; then
    verdict="FAILED: $ours inputs in $artifacts"
    grep -m 1 -A 12 -E 'ERROR: |runtime error|terminate called' "$log" >&2 || true
  elif [ "$(executions)" = 0 ]; then
    verdict=FAILED
    tail -n 20 "$log" >&2
  fi
}

# libFuzzer's clock runs while other programs have the processor: what it calls too slow must take its time again, by
# the processor's clock.
is_only_slow_here() {
  case $(basename "$2") in timeout-* | slow-unit-*) ;; *) return 1 ;; esac
  (ulimit -t 20 && run_program "$1" -rss_limit_mb=2048 -malloc_limit_mb=1000000000 -timeout=1000 "$2") >/dev/null 2>&1
}

# Whether the innermost function on the stack of the failure that is the library's or ours is the library's. What does
# not fail again by itself failed on what the library had done to the process before.
is_fault_of_hdf5() {
  local frame
  frame=$(run_program "$1" -rss_limit_mb=2048 -malloc_limit_mb=1000000000 -timeout=5 "$2" 2>&1 |
    grep -m 1 -E '^ *#[0-9]+ 0x.*(libhdf5|harsanyi::)' || true)
  [[ $frame != *harsanyi::* ]]
}

# Of libFuzzer's lines "#12345 ... cov: 678 ... exec/s: 90", with and without child processes.
executions() {
  local count
  count=$(grep -oE '^(#[0-9]+|stat::number_of_executed_units: *[0-9]+)' "$log" | tr -dc '0-9\n' | sort -n | tail -n 1)
  echo "${count:-0}"
}

last_number() {
  grep -oE "$1 ?[0-9]+" "$log" | tail -n 1 | grep -oE '[0-9]+$' || echo '?'
}

main "$@"
