#include "orchestrator/run/engine_library.hpp"

#include <gtest/gtest.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

TEST(EngineLibrary, MakesEnginesOfTheLibrary) {
  const EngineLibrary library{HARSANYI_FAKE_ENGINE};
  const auto engine = library.create("some/model", {.threads = 3, .compute = ComputeType::float16});
  EXPECT_EQ(engine->config().family, "some/model");
  EXPECT_EQ(engine->numerics().device, "3 threads");
  EXPECT_EQ(engine->numerics().compute_dtype, "float16");
  EXPECT_EQ(library.description(), "a fake engine");
  EXPECT_EQ(library.product_speed(ComputeType::bfloat16, 4), 2.0);
}

TEST(EngineLibrary, PassesTheReasonOfAFailureOn) {
  const EngineLibrary library{HARSANYI_FAKE_ENGINE};
  try {
    (void)library.create("broken", {});
    FAIL() << "no exception";
  } catch (const ModelError& error) {
    EXPECT_STREQ(error.what(), "broken/config.json: no such file");
  }
  EXPECT_THROW((void)library.create("silent", {}), ModelError);
}

TEST(EngineLibrary, ExceptionsCrossItsBorder) {
  const auto engine = EngineLibrary{HARSANYI_FAKE_ENGINE}.create("m", {});
  EXPECT_THROW((void)engine->values({}, {}, {}), ModelError);
}

TEST(EngineLibrary, NamesAMissingLibraryAndAMissingFunction) {
  const auto message_of = [](const char* file) -> std::string {
    try {
      const EngineLibrary library{file};
    } catch (const ModelError& error) {
      return error.what();
    }
    return "no exception";
  };
  EXPECT_NE(message_of("/nowhere/libharsanyi_engine.so").find("/nowhere/libharsanyi_engine.so"),
            std::string::npos);
  EXPECT_NE(message_of(HARSANYI_NO_ENGINE).find("harsanyi_engine_create"), std::string::npos);
}

TEST(EngineLibrary, IsLookedForBesideTheProgram) {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  EXPECT_EQ(engine_library_path(), program.parent_path().parent_path() / "lib" / "libharsanyi_engine.so");
}

}  // namespace
}  // namespace harsanyi
