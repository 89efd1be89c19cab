#include <cstddef>
#include <exception>
#include <string>

#include "partition/base/fixed_text.hpp"
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
    harsanyi::write_text({error, error_size}, e.what());
    return nullptr;
  }
}

/// Version and mode of NCCL.
__attribute__((visibility("default"))) const char* harsanyi_nccl_description() {
  static const std::string text = harsanyi::nccl_description();
  return text.c_str();
}
}
