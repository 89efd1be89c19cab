#include "worker/engine/freed_memory.hpp"

#include <cstdlib>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace harsanyi {

void keep_freed_memory() {
#if defined(__GLIBC__)
  constexpr int kLargestOfHeap = 32 << 20;  // what glibc allows
  constexpr int kKept = 1 << 30;
  if (std::getenv("MALLOC_TRIM_THRESHOLD_") != nullptr || std::getenv("MALLOC_MMAP_THRESHOLD_") != nullptr)
    return;
  mallopt(M_MMAP_THRESHOLD, kLargestOfHeap);
  mallopt(M_TRIM_THRESHOLD, kKept);
#endif
}

}  // namespace harsanyi
