#include "storage/groups/groups_file.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A whole HDF5 file. The library itself is not instrumented (docs/hostile-input.md).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  const auto path = fuzz::write_input("groups.h5", fuzz::as_text(data, size));
  fuzz::may_refuse([&] { static_cast<void>(read_groups(path)); });
  return 0;
}
