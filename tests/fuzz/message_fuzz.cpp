#include "orchestrator/run/message.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A message between ranks. What can be read must be written and read to the same bytes again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  fuzz::may_refuse([&] {
    const Bytes once = encode(decode(std::as_bytes(std::span{data, size})));
    if (encode(decode(once)) != once) std::abort();
  });
  return 0;
}
