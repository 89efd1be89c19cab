#include <algorithm>

#include "orchestrator/run/message.hpp"
#include "partition/base/sha256.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A message between ranks. What can be read must be written and read to the same bytes again. The input has
// no checksum, which mutations would never hit: it gets the right one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  const auto content = std::as_bytes(std::span{data, size});
  Bytes bytes{content.begin(), content.end()};
  std::uint64_t checksum = Sha256{}.update(content).first_64_bits();
  for (int byte = 0; byte < 8; ++byte, checksum >>= 8U)
    bytes.push_back(static_cast<std::byte>(checksum & 0xFFU));
  fuzz::may_refuse([&] {
    const Letter letter = decode(bytes);
    const Bytes once = encode(letter.message, letter.step);
    const Letter again = decode(once);
    if (encode(again.message, again.step) != once) std::abort();
  });
  return 0;
}
