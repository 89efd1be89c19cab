#include "partition/json/bounded_json.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

template <class Call>
std::string refusal(const Call& call) {
  try {
    static_cast<void>(call());
  } catch (const JsonError& error) {
    return error.what();
  }
  return "no JsonError";
}

std::string refusal_of(const std::string& text, const JsonBounds& bounds = {}) {
  return refusal([&] { return parse_json(text, bounds); });
}

void expect_part(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << text;
}

TEST(BoundedJson, ReadsWhatIsWithinItsBounds) {
  EXPECT_EQ(parse_json(R"({"a": [1, -2.5, "x", null, true], "b": {"a": {}}})")["a"][1], -2.5);
  EXPECT_EQ(parse_json("[[1]]", {.depth = 2})[0][0], 1);
}

// Deep values are parsed and freed in a loop, but copied and written by recursion: 100,000 levels end the
// stack.
TEST(BoundedJson, IsNotDeeperThanAllowed) {
  expect_part(refusal_of(std::string(100'000, '[')), "nested deeper than 64 levels");
  std::string objects;
  for (int level = 0; level < 65; ++level) objects += R"({"a":)";
  expect_part(refusal_of(objects), "nested deeper than 64 levels");
  expect_part(refusal_of("[[1]]", {.depth = 1}), "nested deeper than 1 levels");
}

TEST(BoundedJson, HasNoKeyTwiceInOneObject) {
  expect_part(refusal_of(R"({"a": 1, "b": {"a": 2}, "a": 3})"), R"(the key "a" twice)");
  EXPECT_EQ(parse_json(R"([{"a": 1}, {"a": 2}])").size(), 2U);
}

TEST(BoundedJson, IsNoLongerThanAllowed) {
  expect_part(refusal_of("[1, 2, 3]", {.bytes = 8}), "more than 8 bytes");
  expect_part(refusal_of(R"(["abcde"])", {.string_bytes = 4}), "a text of more than 4 bytes");
  expect_part(refusal_of(R"({"abcde": 1})", {.string_bytes = 4}), "a text of more than 4 bytes");
}

TEST(BoundedJson, KnowsNoNaNAndNoNumberBeyondDouble) {
  for (const char* text :
       {"NaN", "[Infinity]", "[-Infinity]", "[1e999]", "[-1e999]", "[01]", "[.5]", "", "[1,]"})
    expect_part(refusal_of(text), "no valid JSON");
  expect_part(refusal_of("[\"\xff\"]"), "no valid JSON");
  expect_part(refusal_of(R"(["\ud800"])"), "no valid JSON");
}

TEST(BoundedJson, AMessageDoesNotRepeatAWholeFile) {
  EXPECT_LT(refusal_of('"' + std::string(1'000'000, 'a')).size(), 400U);
  EXPECT_LT(refusal_of(R"({")" + std::string(1000, 'k') + R"(": 1, ")" + std::string(1000, 'k') + R"(": 1})")
                .size(),
            400U);
  EXPECT_LE(shortened(nlohmann::json(std::string(1000, 'a'))).size(), 63U);
}

TEST(BoundedJson, AFileMustBeARegularOne) {
  const test::TempFolder folder;
  std::ofstream{folder / "good.json"} << "[1]";
  std::filesystem::create_symlink("good.json", folder / "link.json");
  EXPECT_EQ(read_json(folder / "link.json")[0], 1);
  expect_part(refusal([&] { return read_json(folder / "none.json"); }), "No such file");
  expect_part(refusal([&] { return read_json(folder.path()); }), "no regular file");
  expect_part(refusal([&] { return read_json("/dev/zero"); }), "no regular file");
  expect_part(refusal([&] { return read_json(folder / "good.json", {.bytes = 2}); }), "more than 2 bytes");
}

// A pipe that nobody writes to: opening it the usual way would wait for ever.
TEST(BoundedJson, APipeIsNotWaitedFor) {
  const test::TempFolder folder;
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  expect_part(refusal([&] { return read_json(folder / "pipe"); }), "no regular file");
}

}  // namespace
}  // namespace harsanyi
