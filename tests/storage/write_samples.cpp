// Writes one file of each kind into the folder given, for tests that read them from Python.

#include <cstdio>
#include <exception>
#include <filesystem>

#include "tests/storage/sample_files.hpp"

int main(int argc, char** argv) {
  using namespace harsanyi;
  using namespace harsanyi::test;
  if (argc != 2) {
    std::fprintf(stderr, "usage: storage_write_samples FOLDER\n");
    return 2;
  }
  try {
    const std::filesystem::path folder{argv[1]};
    auto cube = DividendCube::open_or_create(folder / "cube.h5", small_cube());
    cube.store(all_blocks(cube.description().plan));
    cube.complete_with(summaries_of(cube));
    auto results = ResultsFile::open_or_create(folder / "results.h5", small_results());
    results.store(all_blocks(results.description().plan));
    results.mark_complete();
    write_groups(folder / "groups.h5", small_groups(), {{"program", "harsanyi 0.1.0"}}, false);
    write_forward(folder / "forward.h5", small_forward(), false);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
