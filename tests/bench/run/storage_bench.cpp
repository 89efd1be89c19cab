// Units a second that a cube on disk takes, with its durable done-marks, by how many of them share a write.
//
//   storage_bench FOLDER      makes FOLDER/storage_bench.h5 and removes it
//
// Units have the size of an 8B sweep's: 2 layers, 16 samples, 64 coalitions. Prints JSON:
// [{"units_per_store", "units_per_second", "processor_seconds_per_unit"}, ..].

#include <algorithm>
#include <chrono>
#include <ctime>
#include <exception>
#include <filesystem>

#include <fmt/format.h>

#include "tests/storage/sample_files.hpp"

namespace {

using namespace harsanyi;

constexpr std::size_t kUnits = 4096;

CubeDescription description() {
  return test::cube_of(/*layers=*/32, /*players=*/8, /*pools=*/{1024},
                       {.layers = 2, .coalitions = 64, .samples = 16});
}

struct Speed {
  double units_per_second;
  double processor_seconds_per_unit;
};

Speed time_storing(const std::filesystem::path& file, std::size_t units_per_store) {
  const CubeDescription cube_description = description();
  auto cube = DividendCube::open_or_create(file, cube_description);
  const std::vector<Block> blocks = test::all_blocks(cube_description.plan);
  const std::size_t units =
      std::min(kUnits, 64 * units_per_store);  // a slow grouping needs no more to be seen
  const auto start = std::chrono::steady_clock::now();
  const std::clock_t processor = std::clock();
  for (std::size_t first = 0; first < units; first += units_per_store)
    cube.store(std::span{blocks}.subspan(first, std::min(units_per_store, units - first)));
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - start;
  const double used = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  const auto count = static_cast<double>(units);
  return {count / time.count(), used / count};
}

void time_groupings(const std::filesystem::path& file) {
  const char* separator = "[";
  for (const std::size_t units_per_store : {1, 16, 64, 256, 1024}) {
    const Speed speed = time_storing(file, units_per_store);
    fmt::print(
        "{}{{\"units_per_store\": {}, \"units_per_second\": {:.1f}, \"processor_seconds_per_unit\": {:.3e}}}",
        separator, units_per_store, speed.units_per_second, speed.processor_seconds_per_unit);
    separator = ", ";
    std::filesystem::remove(file);
  }
  fmt::print("]\n");
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    fmt::print(stderr, "usage: storage_bench FOLDER\n");
    return 2;
  }
  try {
    time_groupings(std::filesystem::path{argv[1]} / "storage_bench.h5");
  } catch (const std::exception& error) {
    fmt::print(stderr, "error: {}\n", error.what());
    return 1;
  }
}
