#include "partition/base/sha256.hpp"

#include <bit>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

// NIST FIPS 180-4 example values.
constexpr const char* kOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
constexpr const char* kOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* kOfAMillionA = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";

TEST(Sha256, MatchesThePublishedExamples) {
  EXPECT_EQ(sha256_hex(""), kOfNothing);
  EXPECT_EQ(sha256_hex("abc"), kOfAbc);
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')), kOfAMillionA);
}

TEST(Sha256, DoesNotDependOnHowTheBytesArriveNorOnBeingRead) {
  Sha256 hash;
  hash.update("a");
  (void)hash.hex();
  Sha256 moved = std::move(hash.update("b"));
  EXPECT_EQ(moved.update("c").hex(), kOfAbc);
  EXPECT_EQ(moved.hex(), kOfAbc);
}

TEST(Sha256, FirstBitsAreTheFirstEightBytesLittleEndian) {
  EXPECT_EQ(Sha256{}.update("abc").first_64_bits(), 0xeacf018fbf1678baULL);
}

TEST(Sha256, OfAFileIsTheHashOfItsContent) {
  const auto file = std::filesystem::temp_directory_path() / ("harsanyi_sha256_" + std::to_string(getpid()));
  std::ofstream{file, std::ios::binary} << std::string(3'000'000, 'a');
  EXPECT_EQ(sha256_file_hex(file), sha256_hex(std::string(3'000'000, 'a')));
  std::filesystem::remove(file);
}

TEST(Sha256, OfAMissingFileOrAFolderIsAnErrorThatNamesIt) {
  for (const auto& path :
       {std::filesystem::path{"/nowhere/model.safetensors"}, std::filesystem::temp_directory_path()}) {
    try {
      (void)sha256_file_hex(path);
      FAIL() << path << " was hashed";
    } catch (const Error& error) {
      EXPECT_NE(std::string{error.what()}.find(path.string()), std::string::npos) << error.what();
    }
  }
}

TEST(BlockChecksum, TellsBlocksApartThatDifferInOneBit) {
  std::vector<double> block{1.0, -2.5, 0.0};
  const auto before = block_checksum(block);
  EXPECT_EQ(block_checksum(std::vector{1.0, -2.5, 0.0}), before);
  block[2] = -0.0;
  EXPECT_NE(block_checksum(block), before);
  block[2] = std::bit_cast<double>(std::uint64_t{1});
  EXPECT_NE(block_checksum(block), before);
}

}  // namespace
}  // namespace harsanyi
