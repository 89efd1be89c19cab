// Writes the seeds that are no texts into FOLDER/<target>/: small HDF5 files, messages, a safetensors file.

#include <cstdio>
#include <exception>
#include <filesystem>

#include "orchestrator/run/message.hpp"
#include "tests/storage/sample_files.hpp"

namespace {

using namespace harsanyi;
using namespace harsanyi::test;
namespace fs = std::filesystem;

fs::path folder_for(const fs::path& seeds, const char* target) {
  fs::create_directories(seeds / target);
  return seeds / target;
}

void write_cubes(const fs::path& folder) {
  static_cast<void>(DividendCube::open_or_create(folder / "begun.h5", small_cube()));
  auto cube = DividendCube::open_or_create(folder / "finished.h5",
                                           cube_of(1, 1, {1}, {.layers = 1, .coalitions = 2, .samples = 1}));
  cube.store(all_blocks(cube.description().plan));
  cube.complete_with(summaries_of(cube));
}

void write_results(const fs::path& folder) {
  auto results = ResultsFile::open_or_create(folder / "finished.h5", small_results());
  results.store(all_blocks(results.description().plan));
  results.mark_complete();
}

void write_messages(const fs::path& folder) {
  RunOutcome outcome{.units = 3, .left = 1};
  outcome.set_aside = {{UnitId{1}, "no memory"}};
  outcome.interrupted_by = 15;
  const std::vector<Message> messages{Hello{"digest"},
                                      Assign{UnitId{7}},
                                      Done{UnitId{7}, 0.5, {1.0, 2.0}, UnitSeconds{}},
                                      Failed{UnitId{7}, 0.5, "why"},
                                      Stop{},
                                      Goodbye{},
                                      RunEnd{outcome, RemoteError{3, "disk full"}},
                                      StepResult{RemoteError{0, "no"}}};
  for (const Message& message : messages) {
    Bytes bytes = encode(message, 3);
    bytes.resize(bytes.size() - sizeof(std::uint64_t));  // the target adds the checksum
    write_content(folder / std::to_string(message.index()),
                  {reinterpret_cast<const char*>(bytes.data()), bytes.size()});
  }
}

void write_safetensors(const fs::path& folder) {
  const std::string header =
      R"({"__metadata__":{"format":"pt"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
      R"("b":{"dtype":"BF16","shape":[1,2],"data_offsets":[8,12]},"c":{"dtype":"I8","shape":[3],"data_offsets":[12,15]}})";
  std::string file(8, '\0');
  file[0] = static_cast<char>(header.size() % 256);
  file[1] = static_cast<char>(header.size() / 256);
  constexpr std::size_t data = 15;
  write_content(folder / "three", file + header + std::string(data, 'x'));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_write_seeds FOLDER\n");
    return 2;
  }
  try {
    const fs::path seeds{argv[1]};
    write_cubes(folder_for(seeds, "cube"));
    write_results(folder_for(seeds, "results"));
    write_groups(folder_for(seeds, "groups") / "groups.h5", small_groups(), {{"program", "harsanyi"}}, false);
    write_messages(folder_for(seeds, "message"));
    write_safetensors(folder_for(seeds, "safetensors"));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
