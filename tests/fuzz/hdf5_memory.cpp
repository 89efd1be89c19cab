#include <hdf5.h>

// HDF5 clears a megabyte for every file that it opens and gives it back to the system after it: half of the
// time of a target went into pages that come and go. Here it keeps objects of fixed size for the next file.
// Buffers of variable size, beyond whose end damaged files reach, it treats as ever.
extern "C" int LLVMFuzzerInitialize(int*, char***) {
  constexpr int kAll = 1 << 26;   // bytes
  constexpr int kEach = 1 << 23;  // of one type
  constexpr int kArrays = 1 << 22, kEachArray = 1 << 18, kBlocks = 1 << 24,
                kEachBlock = 1 << 20;  // the defaults
  return H5set_free_list_limits(kAll, kEach, kArrays, kEachArray, kBlocks, kEachBlock) < 0 ? 1 : 0;
}
