#include "tests/fuzz/fuzz_input.hpp"
#include "worker/model/safetensors.hpp"

// A whole file: the length of the header, the header, the tensors' bytes.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  const auto path = fuzz::write_input("model.safetensors", fuzz::as_text(data, size));
  fuzz::may_refuse([&] {
    const auto file = SafetensorsFile::open(path);
    unsigned sum = 0;
    for (const auto& [name, tensor] : file.tensors())  // every byte is one of the file's
      for (const std::byte byte : tensor.bytes) sum += std::to_integer<unsigned>(byte);
    if (sum == ~0U) std::abort();  // uses the sum; no such file is small enough to be an input
  });
  return 0;
}
