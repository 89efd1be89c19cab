# Every package from outside, in one place.
find_package(MPI REQUIRED COMPONENTS C)
set(HDF5_PREFER_PARALLEL ON) # the Open MPI flavour serves the ordinary file driver too
find_package(HDF5 REQUIRED COMPONENTS C HL) # HL: dimension scales
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(spdlog REQUIRED)
find_package(fmt REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto)
find_package(PkgConfig REQUIRED)
pkg_check_modules(PCRE2 REQUIRED IMPORTED_TARGET libpcre2-8)
pkg_check_modules(UTF8PROC REQUIRED IMPORTED_TARGET libutf8proc)
find_package(Threads REQUIRED)
find_package(OpenMP COMPONENTS CXX) # clang may lack it; the engine is then of one thread
if(HARSANYI_TESTS)
  find_package(GTest REQUIRED)
endif()
include(cmake/Libtorch.cmake)
include(cmake/Cuda.cmake)
include(cmake/Nccl.cmake)

# mpirun as the tests call it. Two ranks must also start on one core, and on none in particular.
set(HARSANYI_MPIRUN ${MPIEXEC_EXECUTABLE} --oversubscribe --bind-to none CACHE STRING "MPI launcher of the tests")
