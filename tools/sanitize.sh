#!/usr/bin/env bash
# Builds the unit tests with sanitizers and runs them.
#
#   tools/sanitize.sh address     ASan and UBSan: every unit test, those of the engine too
#   tools/sanitize.sh thread      TSan: every unit test that does not load libtorch
#
# Findings end a test. What is left out of them, and why, stands in tests/sanitizers and docs/hostile-input.md.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
# shellcheck source=tools/environment.sh
source tools/environment.sh

# The test programs whose own code uses threads, files or messages; libtorch is in none of them.
without_libtorch=(analysis benchmark cli config job log model_files partition partition_json records report run schedule
  slurm_scripts storage text worker_comm worker_nccl worker_parallel)
# libtorch's OpenMP threads meet at barriers that TSan does not see, so it would report every loop of theirs.
with_libtorch=(model intervention engine)
# Those whose tests start several ranks, without and with libtorch.
mpi_without_libtorch=(mpi)
mpi_with_libtorch=(engine_group)

main() {
  local suppressions=$PWD/tests/sanitizers preset programs=("${without_libtorch[@]}") with_mpi=("${mpi_without_libtorch[@]}")
  # HDF5 asks for what a damaged header claims, a terabyte; malloc without a sanitizer refuses it as well.
  local refuse=allocator_may_return_null=1
  case ${1:-} in
    address)
      preset=asan
      programs+=("${with_libtorch[@]}")
      with_mpi+=("${mpi_with_libtorch[@]}")
      export ASAN_OPTIONS=$refuse:suppressions=$suppressions/asan.supp
      export LSAN_OPTIONS=suppressions=$suppressions/lsan.supp:print_suppressions=0
      export UBSAN_OPTIONS=print_stacktrace=1
      ;;
    thread)
      preset=tsan
      # Open MPI and HDF5 are not instrumented: how their own threads share memory is not seen.
      export TSAN_OPTIONS=$refuse:ignore_noninstrumented_modules=1:second_deadlock_stack=1
      ;;
    *)
      echo "error: ${1:-nothing} is no sanitizer; give address or thread" >&2
      return 2
      ;;
  esac
  require_all_programs
  build "$preset" "${programs[@]}" "${with_mpi[@]}"
  local failed=0
  run_tests "$preset" "${programs[@]}" || failed=1
  # Open MPI unloads its components before leaks are looked for: only whole stacks, which take time, tell whose they were.
  export ASAN_OPTIONS=${ASAN_OPTIONS:-}:fast_unwind_on_malloc=0
  # LeakSanitizer crashes over the storage of Open MPI's threads; that of libtorch's holds what else looks lost.
  LSAN_OPTIONS=${LSAN_OPTIONS:-}:use_tls=0 run_tests "$preset" "${mpi_without_libtorch[@]}" || failed=1
  if [ "$preset" = asan ]; then run_tests "$preset" "${mpi_with_libtorch[@]}" || failed=1; fi
  return $failed
}

run_tests() {
  local preset=$1 pattern
  shift
  pattern=$(IFS='|' && echo "$*")
  ctest --preset "$preset" --tests-regex "^($pattern)\\." --parallel "$(nproc)"
}

# A test program that stands in neither list would never be run.
require_all_programs() {
  local all known
  all=$(find tests -name CMakeLists.txt -exec grep -hoP '^\s*harsanyi_test\(\K\w+' {} + | sort)
  known=$(printf '%s\n' "${without_libtorch[@]}" "${with_libtorch[@]}" "${mpi_without_libtorch[@]}" \
    "${mpi_with_libtorch[@]}" | sort)
  if [ "$all" != "$known" ]; then
    echo "error: the lists of test programs in tools/sanitize.sh and tests/*/CMakeLists.txt differ:" >&2
    diff <(echo "$known") <(echo "$all") >&2
    return 1
  fi
}

build() {
  local preset=$1 venv
  shift
  venv=$(venv_of requirements-libtorch.lock requirements.lock)
  cmake --preset "$preset" -DPython3_EXECUTABLE="$venv/bin/python"
  # Not every machine can build all: worker_nccl needs NCCL.
  local target targets=()
  for target in "${@/%/_test}"; do
    if ninja -C "build/$preset" -t query "$target" >/dev/null 2>&1; then targets+=("$target"); fi
  done
  # The last three are programs that tests start.
  cmake --build "build/$preset" --target "${targets[@]}" interrupted_run unwinding_rank storage_write_samples
}

main "$@"
