#pragma once

namespace harsanyi {

/// For the whole process: what tensors free, up to 32 MiB each and 1 GiB in all, stays with the process for
/// the next ones instead of going back to the system, which would have to clear every page anew. What the
/// user sets in MALLOC_TRIM_THRESHOLD_ or MALLOC_MMAP_THRESHOLD_ stands; nothing happens without glibc.
void keep_freed_memory();

}  // namespace harsanyi
