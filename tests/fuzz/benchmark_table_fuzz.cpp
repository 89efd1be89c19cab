#include "tests/fuzz/fuzz_input.hpp"
#include "worker/benchmark/benchmark.hpp"

// One entry of the prompt table.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  fuzz::write_input("entry.json", fuzz::as_text(data, size));
  fuzz::may_refuse([&] {
    const auto table = load_benchmark_table(fuzz::folder());
    const auto& entry = find_benchmark(table, "entry");
    const auto rows = fuzz::folder() / entry.folder / (entry.evaluation_split + ".jsonl");
    if (rows.lexically_normal().parent_path().parent_path() != fuzz::folder()) std::abort();
  });
  return 0;
}
