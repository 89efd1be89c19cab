#include "orchestrator/config/device_profile.hpp"

#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "orchestrator/config/shipped_files.hpp"
#include "partition/base/error.hpp"
#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

using nlohmann::json;

json figure(double value) {
  return {{"value", value}, {"basis", "assumed"}, {"source", "a test"}};
}

json link() {
  return {{"bytes_per_second", figure(1e9)}, {"seconds", figure(1e-6)}};
}

json good_profile() {
  return {{"name", "a device"},           {"kind", "gpu"},
          {"devices_per_node", 4},        {"memory_bytes", figure(1e10)},
          {"program_bytes", figure(1e9)}, {"flops_per_second", {{"float32", figure(1e13)}}},
          {"share_of_peak", figure(0.5)}, {"memory_bytes_per_second", figure(1e12)},
          {"within_node", link()},        {"between_nodes", link()}};
}

class DeviceProfileFile : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return (folder_ / "own.json").string(); }
  [[nodiscard]] std::string message_of(const std::string& text) const {
    std::ofstream{path()} << text;
    try {
      (void)read_device_profile(path());
    } catch (const ConfigError& error) {
      EXPECT_NE(std::string{error.what()}.find(path()), std::string::npos) << error.what();
      return error.what();
    }
    return "no ConfigError";
  }
  /// Of the good profile with one value changed.
  [[nodiscard]] std::string message_with(const char* pointer, const json& value) const {
    json profile = good_profile();
    profile[json::json_pointer{pointer}] = value;
    return message_of(profile.dump());
  }

  test::TempFolder folder_;
};

TEST_F(DeviceProfileFile, IsReadWithTheBasisOfEveryFigure) {
  std::ofstream{path()} << good_profile().dump();
  const DeviceProfile profile = read_device_profile(path());
  EXPECT_EQ(profile.name, "a device");
  EXPECT_EQ(profile.kind, DeviceKind::gpu);
  EXPECT_EQ(profile.devices_per_node, 4);
  EXPECT_EQ(profile.memory_bytes.value, 1e10);
  EXPECT_EQ(profile.memory_bytes.basis, Basis::assumed);
  EXPECT_EQ(profile.between_nodes.seconds.value, 1e-6);
}

TEST_F(DeviceProfileFile, TakesTheFirstSpeedThatItHas) {
  json with_kernel = good_profile();
  with_kernel["flops_per_second"]["float32 amx 1"] = figure(3e13);
  std::ofstream{path()} << with_kernel.dump();
  const DeviceProfile profile = read_device_profile(path());
  EXPECT_EQ(profile.speed({"float32 amx 1", "float32"}).value, 3e13);
  EXPECT_EQ(profile.speed({"float32 amx 2", "float32"}).value, 1e13);
  EXPECT_THROW((void)profile.speed({"bfloat16", "bfloat16"}), ConfigError);
}

TEST_F(DeviceProfileFile, WithMistakesIsRefusedByKeyAndReason) {
  EXPECT_NE(message_of("{").find("own.json"), std::string::npos);
  EXPECT_NE(message_of("[1]").find("holds no JSON object"), std::string::npos);
  json without = good_profile();
  without.erase("within_node");
  EXPECT_NE(message_of(without.dump()).find("the key 'within_node' is missing"), std::string::npos);
  EXPECT_NE(message_with("/memory_byte", 1)
                .find("unknown key 'memory_byte'; the nearest right one is 'memory_bytes'"),
            std::string::npos);
  EXPECT_NE(message_with("/memory_bytes", 8e10).find("'memory_bytes' must be an object"), std::string::npos);
  EXPECT_NE(message_with("/memory_bytes/value", -1)
                .find("'memory_bytes.value' must be a positive number, found -1"),
            std::string::npos);
  EXPECT_NE(message_with("/memory_bytes/value", "80 GB").find("must be a positive number"),
            std::string::npos);
  EXPECT_NE(
      message_with("/within_node/seconds/basis", "guessed")
          .find("'within_node.seconds.basis' is 'guessed'; choose one of: measured, data sheet, assumed"),
      std::string::npos);
  EXPECT_NE(
      message_with("/within_node/seconds/source", "").find("'within_node.seconds.source' must be a text"),
      std::string::npos);
  EXPECT_NE(message_with("/kind", "tpu").find("choose one of: cpu, gpu"), std::string::npos);
  EXPECT_NE(message_with("/devices_per_node", 0).find("whole number from 1"), std::string::npos);
  EXPECT_NE(message_with("/share_of_peak/value", 1.5).find("at most 1"), std::string::npos);
}

TEST(DeviceProfiles, ShippedOnesAreRead) {
  int read = 0;
  for (const auto& file : std::filesystem::directory_iterator{shipped_folder("devices")}) {
    if (file.path().extension() != ".json") continue;
    const DeviceProfile profile = read_device_profile(file.path().stem().string());
    EXPECT_GT(profile.speed({"float32", "float32"}).value, 0.0) << file.path();
    ++read;
  }
  EXPECT_GE(read, 4);
}

TEST(DeviceProfiles, AnUnknownNameIsAnsweredWithThoseThatThereAre) {
  try {
    (void)read_device_profile("h200");
    FAIL() << "no ConfigError";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string{error.what()}.find("h100-sxm-80gb"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace harsanyi
