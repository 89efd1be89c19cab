# A ctest that runs one folder of pytest tests. Where Python has no pytest or a package of tools/requirements.lock is
# missing, or every test of the folder skips, the test is there and counts as skipped.
#
#   harsanyi_python_test(analysis_py)   # the tests in tests/analysis_py

find_package(Python3 REQUIRED COMPONENTS Interpreter)
execute_process(COMMAND "${Python3_EXECUTABLE}" -c "import h5py, jinja2, matplotlib, pandas, pytest, xarray"
                RESULT_VARIABLE _python_lacks_packages OUTPUT_QUIET ERROR_QUIET)

function(harsanyi_python_test name)
  if(_python_lacks_packages)
    add_test(NAME ${name} COMMAND ${CMAKE_COMMAND} -E echo
             "skipped: ${Python3_EXECUTABLE} lacks packages of tools/requirements.lock; run tools/setup.sh")
    set_tests_properties(${name} PROPERTIES SKIP_REGULAR_EXPRESSION "^skipped:" LABELS python)
    return()
  endif()
  add_test(NAME ${name} WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
           COMMAND ${Python3_EXECUTABLE} -m pytest tests/${name} -rs)
  set_tests_properties(${name} PROPERTIES TIMEOUT 600 LABELS python SKIP_REGULAR_EXPRESSION "\n[0-9]+ skipped in"
                       ENVIRONMENT "HARSANYI_BUILD=${CMAKE_BINARY_DIR};PYTHONDONTWRITEBYTECODE=1")
endfunction()
