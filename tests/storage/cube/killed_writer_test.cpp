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

/// Runs a writer for at most `microseconds`. @return true if it was killed
bool run_and_kill(const std::filesystem::path& file, const CubeDescription& description, int microseconds) {
  const pid_t writer = fork();
  if (writer == 0) write_until_killed(file, description);
  std::this_thread::sleep_for(std::chrono::microseconds{microseconds});
  kill(writer, SIGKILL);
  int status = 0;
  waitpid(writer, &status, 0);
  EXPECT_TRUE(WIFSIGNALED(status) || WEXITSTATUS(status) == 0);
  return WIFSIGNALED(status);
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
  const auto straight = folder / "straight.h5";
  {
    auto cube = DividendCube::open_or_create(straight, description);
    cube.store(all_blocks(description.plan));
    cube.complete_with(summaries_of(cube));
  }
  const auto expected = content_of(straight);

  std::mt19937 random{kSeed};
  std::uniform_int_distribution<int> delay{0, 40'000};
  const auto file = folder / "cube.h5";
  int kills = 0;
  int finished = 0;
  std::ptrdiff_t done_before = 0;
  while (kills < kKills) {
    kills += run_and_kill(file, description, delay(random)) ? 1 : 0;
    if (!std::filesystem::exists(file))
      continue;  // killed before it was complete: no half file under this name
    const auto done_now = sound_units(file);
    EXPECT_GE(done_now, done_before);
    done_before = done_now;
    if (!DividendCube::open(file).complete()) continue;
    // A writer killed between the completion mark and the close leaves HDF5's "open for writing" flag, which
    // nobody reads in files of the earliest version; the next close clears it.
    static_cast<void>(DividendCube::open_or_create(file, description));
    EXPECT_TRUE(expected == content_of(file));
    ++finished;
    std::filesystem::remove(file);
    done_before = 0;
  }
  EXPECT_GT(finished, 0) << "no run got to its end: the delays are too short to say anything";
}

}  // namespace
}  // namespace harsanyi::test
