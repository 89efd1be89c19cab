#include "storage/cube/dividend_cube.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A whole HDF5 file. The library itself is not instrumented (docs/hostile-input.md).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  const auto path = fuzz::write_input("cube.h5", fuzz::as_text(data, size));
  fuzz::may_refuse([&] {
    const auto cube = DividendCube::open(path);
    static_cast<void>(cube.summaries());
    static_cast<void>(cube.profile());
    static_cast<void>(cube.damaged_units());
    for (const LayerId layer : LayerRange{0, cube.description().plan.shape.layers}) {
      static_cast<void>(cube.layer_values(layer));
      static_cast<void>(cube.computed_samples(layer));
    }
  });
  return 0;
}
