# Sums of tensors on GPUs: CUDA's runtime and NCCL, where they are. HARSANYI_NCCL_FOUND tells.
#   cuda::runtime, nccl::nccl
option(HARSANYI_NCCL "Build worker groups on GPUs, where CUDA and NCCL are found" ON)

set(HARSANYI_NCCL_FOUND FALSE)
if(NOT HARSANYI_NCCL)
  message(STATUS "NCCL: not asked for (HARSANYI_NCCL is off); worker groups compute on CPUs only")
  return()
endif()
# Not FindCUDAToolkit: it wants nvcc, and nothing here is compiled for a GPU.
set(_cuda_roots ENV CUDA_HOME ENV CUDA_PATH ENV CUDAToolkit_ROOT)
find_path(CUDA_RUNTIME_INCLUDE cuda_runtime_api.h HINTS ${_cuda_roots} PATHS /usr/local/cuda PATH_SUFFIXES include)
find_library(CUDA_RUNTIME_LIBRARY cudart HINTS ${_cuda_roots} PATHS /usr/local/cuda PATH_SUFFIXES lib64 lib)
find_path(NCCL_INCLUDE nccl.h HINTS ENV NCCL_HOME ${_cuda_roots} PATHS /usr/local/cuda PATH_SUFFIXES include)
find_library(NCCL_LIBRARY nccl HINTS ENV NCCL_HOME ${_cuda_roots} PATHS /usr/local/cuda PATH_SUFFIXES lib64 lib)
foreach(_part CUDA_RUNTIME_INCLUDE CUDA_RUNTIME_LIBRARY NCCL_INCLUDE NCCL_LIBRARY)
  if(NOT ${_part})
    message(STATUS "NCCL: not found (${_part}; CUDA_HOME and NCCL_HOME name folders); worker groups compute on CPUs only")
    return()
  endif()
endforeach()
set(HARSANYI_NCCL_FOUND TRUE)
message(STATUS "NCCL: found, ${NCCL_LIBRARY}")

add_library(cuda::runtime SHARED IMPORTED)
set_target_properties(cuda::runtime PROPERTIES IMPORTED_LOCATION "${CUDA_RUNTIME_LIBRARY}")
add_library(nccl::nccl SHARED IMPORTED)
set_target_properties(nccl::nccl PROPERTIES IMPORTED_LOCATION "${NCCL_LIBRARY}")
