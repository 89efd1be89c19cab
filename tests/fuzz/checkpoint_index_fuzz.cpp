#include "tests/fuzz/fuzz_input.hpp"
#include "worker/model/checkpoint.hpp"

// model.safetensors.index.json beside one shard, whose name is in the dictionary.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  static const auto shard = [] {
    const std::string header = R"({"t": {"dtype": "F32", "shape": [], "data_offsets": [0, 4]}})";
    std::string length(8, '\0');
    length[0] = static_cast<char>(header.size());
    return fuzz::write_input("a.safetensors", length + header + "data");
  }();
  fuzz::write_input("model.safetensors.index.json", fuzz::as_text(data, size));
  fuzz::may_refuse([&] { static_cast<void>(Checkpoint::open(fuzz::folder()).contains("t")); });
  return 0;
}
