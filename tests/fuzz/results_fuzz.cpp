#include "storage/results/results_file.hpp"
#include "tests/fuzz/fuzz_input.hpp"

// A whole HDF5 file. The library itself is not instrumented (docs/hostile-input.md).
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace harsanyi;
  const auto path = fuzz::write_input("results.h5", fuzz::as_text(data, size));
  fuzz::may_refuse([&] {
    const auto results = ResultsFile::open(path);
    static_cast<void>(results.damaged_units());
    const auto& description = results.description();
    for (int table = 0; table < static_cast<int>(description.tables.size()); ++table)
      for (int method = 0; method < static_cast<int>(description.methods.size()); ++method) {
        static_cast<void>(results.predictions(table, method));
        if (description.tables[static_cast<std::size_t>(table)].answers == AnswerKind::generated_text)
          static_cast<void>(results.text_scores(table, method));
        else
          static_cast<void>(results.label_scores(table, method));
      }
  });
  return 0;
}
