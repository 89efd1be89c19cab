#include "orchestrator/cli/status_text.hpp"
#include "orchestrator/job/layer_choice.hpp"
#include "orchestrator/run/status_file.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// The small JSON files that commands write and read: a run's status, and what `layers` found.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  const auto file = fuzz::write_input("cube.h5.status.json", fuzz::as_text(data, size));
  fuzz::may_refuse([&] {
    static_cast<void>(
        status_text(read_status(fuzz::folder() / "cube.h5"), std::chrono::system_clock::time_point{}));
  });
  fuzz::may_refuse([&] {
    constexpr int layers = 4;
    static_cast<void>(LayerList::of(read_layer_choice(file).layers).among(layers));
  });
  return 0;
}
