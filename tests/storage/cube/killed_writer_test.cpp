#include <algorithm>
#include <chrono>
#include <csignal>
#include <random>
#include <thread>

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include "storage/cube/dividend_cube.hpp"
#include "tests/storage/sample_files.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi::test {
namespace {

constexpr int kKills = 60;
constexpr std::uint32_t kSeed = 20261124;

/// What a writer process does: continue the cube with what is missing, a few units per call, then complete
/// it.
[[noreturn]] void write_until_killed(const std::filesystem::path& file, const CubeDescription& description) {
  alarm(60);  // should the parent fail
  try {
    auto cube = DividendCube::open_or_create(file, description);
    const auto done = cube.done();
    std::vector<Block> batch;
    for (const auto& unit : description.plan.units) {
      if (done[static_cast<std::size_t>(unit.id.index())]) continue;
      batch.push_back(block_of(unit));
      if (batch.size() < 1 + static_cast<std::size_t>(unit.id.value % 4)) continue;
      cube.store(batch);
      batch.clear();
    }
    cube.store(batch);
    cube.complete_with(summaries_of(cube));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    _exit(1);
  }
  _exit(0);
}

pid_t start_writer(const std::filesystem::path& file, const CubeDescription& description) {
  const pid_t writer = fork();
  if (writer == 0) write_until_killed(file, description);
  return writer;
}

/// Runs a writer for at most `delay`. @return true if it was killed
bool run_and_kill(const std::filesystem::path& file, const CubeDescription& description,
                  std::chrono::microseconds delay) {
  const pid_t writer = start_writer(file, description);
  std::this_thread::sleep_for(delay);
  kill(writer, SIGKILL);
  int status = 0;
  waitpid(writer, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
}

/// Runs a writer to its end. @return the time it took
std::chrono::microseconds run_to_the_end(const std::filesystem::path& file,
                                         const CubeDescription& description) {
  const auto start = std::chrono::steady_clock::now();
  const pid_t writer = start_writer(file, description);
  int status = 0;
  waitpid(writer, &status, 0);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() - start);
}

/// Checks that every done unit has exactly its values. @return number of done units
std::ptrdiff_t sound_units(const std::filesystem::path& file) {
  const auto cube = DividendCube::open(file);
  EXPECT_TRUE(cube.damaged_units().empty());
  const auto done = cube.done();
  const auto& shape = cube.description().plan.shape;
  for (const auto& unit : cube.description().plan.units) {
    if (!done[static_cast<std::size_t>(unit.id.index())]) continue;
    const auto layer = unit.layers.first;
    const auto values = cube.layer_values(LayerId::from_index(layer));
    for (auto s = unit.samples.first; s < unit.samples.last; ++s)
      for (auto c = unit.coalitions.first; c < unit.coalitions.last; ++c)
        EXPECT_EQ(values[static_cast<std::size_t>(s * shape.coalitions() + c)], value_at(layer, s, c));
  }
  return std::count(done.begin(), done.end(), true);
}

TEST(KilledWriter, LosesNoFinishedUnitAndEndsWithTheBytesOfAnUninterruptedRun) {
  const TempFolder folder;
  const auto description = cube_of(6, 3, {24}, {.layers = 1, .coalitions = 8, .samples = 2});
  const auto file = folder / "cube.h5";
  const auto uninterrupted = run_to_the_end(file, description);
  const auto expected = content_of(file);
  std::filesystem::remove(file);

  std::mt19937 random{kSeed};
  std::uniform_int_distribution<std::int64_t> delay{0, uninterrupted.count() / 2};
  std::ptrdiff_t done_before = 0;
  const auto expect_the_same_end = [&] {
    // A writer killed between the completion mark and the close leaves HDF5's "open for writing" flag, which
    // nobody reads in files of the earliest version; the next close clears it.
    static_cast<void>(DividendCube::open_or_create(file, description));
    EXPECT_TRUE(expected == content_of(file));
    std::filesystem::remove(file);
    done_before = 0;
  };
  for (int kills = 0; kills < kKills;) {
    kills += run_and_kill(file, description, std::chrono::microseconds{delay(random)}) ? 1 : 0;
    if (!std::filesystem::exists(file)) continue;  // killed while it was made: no half file under this name
    const auto done_now = sound_units(file);
    EXPECT_GE(done_now, done_before);
    done_before = done_now;
    if (DividendCube::open(file).complete()) expect_the_same_end();
  }
  run_to_the_end(file, description);
  EXPECT_TRUE(DividendCube::open(file).complete());
  expect_the_same_end();
}

}  // namespace
}  // namespace harsanyi::test
