#include "worker/model/checkpoint.hpp"

#include <cstring>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <sys/stat.h>

#include "partition/base/error.hpp"
#include "tests/support/random_model.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

/// Runs `body`, which must throw ModelError, and returns its text.
template <class Body>
std::string error_of(const Body& body) {
  try {
    body();
  } catch (const ModelError& e) {
    return e.what();
  }
  return "no error";
}

void write_raw(const fs::path& file, const std::string& header, const std::string& data,
               std::uint64_t claimed) {
  std::ofstream out{file, std::ios::binary};
  out.write(reinterpret_cast<const char*>(&claimed), sizeof claimed);
  out << header << data;
}

class CheckpointFolder : public testing::Test {
 protected:
  [[nodiscard]] fs::path weights() const { return folder_ / "model.safetensors"; }
  [[nodiscard]] std::string opening_error() const {
    return error_of([&] { (void)Checkpoint::open(folder_.path()); });
  }
  void write_header(const std::string& header, const std::string& data = "") const {
    write_raw(weights(), header, data, header.size());
  }

  test::TempFolder folder_;
};

TEST_F(CheckpointFolder, SingleAndShardedFilesHoldTheSameTensors) {
  test::write_random_model(folder_.path(), {});
  const test::TempFolder shards;
  test::write_random_model(shards.path(), {.shards = 4});
  const Checkpoint whole = Checkpoint::open(folder_.path());
  const Checkpoint parts = Checkpoint::open(shards.path());
  EXPECT_EQ(parts.files().size(), 4U);
  for (const auto& [name, tensor] : whole.files().front().tensors()) {
    const StoredTensor& twin = parts.require(name, tensor.shape);
    EXPECT_EQ(std::memcmp(twin.bytes.data(), tensor.bytes.data(), tensor.bytes.size()), 0) << name;
  }
}

TEST_F(CheckpointFolder, NamesWhatIsMissing) {
  EXPECT_NE(opening_error().find("model.safetensors"), std::string::npos);
  EXPECT_NE(error_of([&] { (void)Checkpoint::open(folder_ / "nowhere"); }).find("does not exist"),
            std::string::npos);
  test::write_random_model(folder_.path(), {});
  const Checkpoint checkpoint = Checkpoint::open(folder_.path());
  EXPECT_NE(error_of([&] {
              (void)checkpoint.require("model.layers.9.input_layernorm.weight", {48});
            }).find("model.layers.9"),
            std::string::npos);
  EXPECT_NE(error_of([&] { (void)checkpoint.require("model.norm.weight", {49}); }).find("[48]"),
            std::string::npos);
}

TEST_F(CheckpointFolder, NamesAMissingShard) {
  test::write_random_model(folder_.path(), {.shards = 3});
  fs::remove(folder_ / "model-00002-of-00003.safetensors");
  EXPECT_NE(opening_error().find("model-00002-of-00003.safetensors"), std::string::npos);
}

TEST_F(CheckpointFolder, RefusesAShardOutsideTheFolder) {
  std::ofstream{folder_ / "model.safetensors.index.json"}
      << R"({"weight_map": {"a": "../outside.safetensors"}})";
  EXPECT_NE(opening_error().find("no plain file name"), std::string::npos);
}

TEST_F(CheckpointFolder, EveryCutOfAFileIsNamedAndNeverRead) {
  test::write_random_model(folder_.path(), {});
  const auto size = fs::file_size(weights());
  for (const auto kept :
       {std::uintmax_t{0}, std::uintmax_t{7}, std::uintmax_t{8}, std::uintmax_t{100}, size / 2, size - 1}) {
    fs::resize_file(weights(), kept);
    EXPECT_NE(opening_error(), "no error") << kept << " bytes kept";
    EXPECT_NE(opening_error().find("model.safetensors"), std::string::npos);
    test::write_random_model(folder_.path(), {});
  }
}

TEST_F(CheckpointFolder, RefusesDamagedHeaders) {
  const std::string fits = "\0\0\0\0";
  for (const std::string header :
       {R"([1, 2])", R"({"a": 3})", R"({"a": {"shape": [1], "data_offsets": [0, 4]}})",
        R"({"a": {"dtype": "F32", "data_offsets": [0, 4]}})",
        R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0]}})",
        R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 0]}})",
        R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}})",
        R"({"a": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}})",
        R"({"a": {"dtype": "F32", "shape": [4611686018427387904, 4], "data_offsets": [0, 0]}})",
        R"({"a": {"dtype": "F32", "shape": [1000000000], "data_offsets": [0, 4000000000]}})",
        R"({"a": {"dtype": "F32", "shape": "x", "data_offsets": [0, 4]}})", R"({"a": )"}) {
    write_header(header, std::string(4, '\0'));
    EXPECT_NE(opening_error(), "no error") << header;
  }
}

TEST_F(CheckpointFolder, AHeaderThatClaimsTheWorldTakesNoMemory) {
  write_raw(weights(), "{}", "", std::uint64_t{1} << 62U);
  EXPECT_NE(opening_error().find("claims"), std::string::npos);
}

TEST_F(CheckpointFolder, RefusesQuantisedTensorsByNameOnlyWhenAskedForThem) {
  write_header(
      R"({"a": {"dtype": "I8", "shape": [4], "data_offsets": [0, 4]}, "b": {"dtype": "I64", "shape": [0], "data_offsets": [4, 4]}})",
      std::string(4, '\0'));
  const Checkpoint checkpoint = Checkpoint::open(folder_.path());
  EXPECT_NE(error_of([&] { (void)checkpoint.require("a", {4}); }).find("stored as I8"), std::string::npos);
  EXPECT_NE(error_of([&] { (void)checkpoint.require("b", {0}); }).find("stored as I64"), std::string::npos);
}

TEST_F(CheckpointFolder, TheDigestFollowsTheContent) {
  test::write_random_model(folder_.path(), {});
  const std::string before = weights_digest(folder_.path());
  EXPECT_EQ(before.size(), 64U);
  EXPECT_EQ(weights_digest(folder_.path()), before);
  test::write_random_model(folder_.path(), {.seed = 2});
  EXPECT_NE(weights_digest(folder_.path()), before);
}

TEST_F(CheckpointFolder, RefusesTensorsThatShareBytes) {
  write_header(
      R"({"a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}, "b": {"dtype": "I8", "shape": [4], "data_offsets": [6, 10]}})",
      std::string(10, '\0'));
  EXPECT_NE(opening_error().find("'a' and 'b' overlap"), std::string::npos) << opening_error();
}

TEST_F(CheckpointFolder, RefusesATensorThatIsThereTwice) {
  write_header(
      R"({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "a": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}})",
      std::string(8, '\0'));
  EXPECT_NE(opening_error().find("twice"), std::string::npos) << opening_error();
}

TEST_F(CheckpointFolder, RefusesDeepHeadersAndIndices) {
  const std::string deep = std::string(100'000, '[') + std::string(100'000, ']');
  write_header(R"({"a": {"dtype": )" + deep + "}}");
  EXPECT_NE(opening_error().find("nested deeper"), std::string::npos) << opening_error();
  std::ofstream{folder_ / "model.safetensors.index.json"} << R"({"weight_map": )" << deep << "}";
  EXPECT_NE(opening_error().find("nested deeper"), std::string::npos) << opening_error();
}

TEST_F(CheckpointFolder, RefusesShardNamesThatAreNone) {
  for (const char* name : {"", ".", "..", "a/b", "a\\u0000b"}) {
    std::ofstream{folder_ / "model.safetensors.index.json"} << R"({"weight_map": {"a": ")" << name
                                                            << R"("}})";
    EXPECT_NE(opening_error().find("no plain file name"), std::string::npos)
        << name << ": " << opening_error();
  }
}

TEST_F(CheckpointFolder, APipeIsNotWaitedFor) {
  ASSERT_EQ(mkfifo(weights().c_str(), 0600), 0);
  EXPECT_NE(opening_error().find("no regular file"), std::string::npos);
}

}  // namespace
}  // namespace harsanyi
