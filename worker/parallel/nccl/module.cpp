#include <algorithm>
#include <cstddef>
#include <cstring>
#include <exception>
#include <string>

#include "worker/parallel/nccl/nccl_sums.hpp"

// What worker/parallel/nccl_module.cpp looks up by name after dlopen.

extern "C" {

/// Collective: sums over the GPUs of a group, which the caller deletes; null on failure, with the reason in
/// `error`.
__attribute__((visibility("default"))) harsanyi::DeviceSums* harsanyi_nccl_sums(harsanyi::WorkerGroup* group,
                                                                                int device, char* error,
                                                                                std::size_t error_size) {
  try {
    return new harsanyi::NcclSums{*group, device};
  } catch (const std::exception& e) {
    if (error_size > 0) {
      const std::size_t length = std::min(error_size - 1, std::strlen(e.what()));
      std::memcpy(error, e.what(), length);
      error[length] = '\0';
    }
    return nullptr;
  }
}

/// Version and mode of NCCL.
__attribute__((visibility("default"))) const char* harsanyi_nccl_description() {
  static const std::string text = harsanyi::nccl_description();
  return text.c_str();
}
}
