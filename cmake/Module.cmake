# One target per module. USES names the modules below it (their headers become visible to users of this one),
# PRIVATE names libraries that no header of the module mentions. Reading these calls is reading the architecture.
#
#   harsanyi_module(storage SOURCES a.cpp USES partition PRIVATE HDF5::HDF5 [SHARED])
#   harsanyi_test(partition SOURCES game/dividends_test.cpp ... USES partition [PRIVATE lib] [RANKS 1 2 4] [LABELS x])

function(harsanyi_module name)
  cmake_parse_arguments(M "SHARED" "" "SOURCES;USES;PRIVATE" ${ARGN})
  if(M_SHARED)
    add_library(${name} SHARED ${M_SOURCES})
  else()
    add_library(${name} STATIC ${M_SOURCES})
  endif()
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PUBLIC ${M_USES} PRIVATE harsanyi_warnings ${M_PRIVATE})
endfunction()

# A test program `<name>_test` of the given sources. Under RANKS it runs once per number, with mpirun.
function(harsanyi_test name)
  if(NOT HARSANYI_TESTS)
    return()
  endif()
  cmake_parse_arguments(T "" "" "SOURCES;USES;PRIVATE;RANKS;LABELS" ${ARGN})
  add_executable(${name}_test ${T_SOURCES})
  target_link_libraries(${name}_test PRIVATE harsanyi_warnings ${T_USES} ${T_PRIVATE} GTest::gtest)
  target_compile_definitions(${name}_test PRIVATE HARSANYI_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  set_target_properties(${name}_test PROPERTIES UNITY_BUILD OFF) # tests' own helpers share names
  target_compile_options(${name}_test PRIVATE -O1) # what is tested is optimised; the tests' own code compiles faster so
  set(seconds 300)
  if(HARSANYI_SANITIZE)
    set(seconds 1800)
  endif()
  if(NOT T_RANKS)
    target_link_libraries(${name}_test PRIVATE GTest::gtest_main)
    gtest_discover_tests(${name}_test TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60 NO_PRETTY_VALUES
                         PROPERTIES TIMEOUT ${seconds} LABELS "${T_LABELS}")
  endif()
  foreach(ranks IN LISTS T_RANKS)
    add_test(NAME ${name}.ranks${ranks} COMMAND ${HARSANYI_MPIRUN} -n ${ranks} $<TARGET_FILE:${name}_test>)
    set_tests_properties(${name}.ranks${ranks} PROPERTIES TIMEOUT ${seconds} PROCESSORS 2 LABELS "mpi;${T_LABELS}"
                         ENVIRONMENT "OMPI_ALLOW_RUN_AS_ROOT=1;OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1")
  endforeach()
endfunction()
