#include "tests/fuzz/fuzz_input.hpp"
#include "worker/model/model_config.hpp"

// config.json, and the same text as the generation_config.json beside it.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  fuzz::write_input("config.json", fuzz::as_text(data, size));
  fuzz::write_input("generation_config.json", fuzz::as_text(data, size));
  fuzz::may_refuse([&] {
    const ModelConfig config = read_model_config(fuzz::folder());
    static_cast<void>(config.layout());
    if (config.windows.size() != static_cast<std::size_t>(config.shape.layers)) std::abort();
  });
  return 0;
}
