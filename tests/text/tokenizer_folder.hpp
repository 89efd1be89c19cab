#pragma once

#include <filesystem>
#include <fstream>
#include <stdexcept>
#include <string>

#include <nlohmann/json.hpp>

#include "tests/support/temp_folder.hpp"

namespace harsanyi {

inline nlohmann::json read_json(const std::filesystem::path& file) {
  std::ifstream stream{file};
  if (!stream) throw std::runtime_error{"cannot read " + file.string()};
  return nlohmann::json::parse(stream);
}

inline std::filesystem::path data_folder() {
  return std::filesystem::path{HARSANYI_SOURCE_DIR} / "tests" / "text" / "data";
}

/// A folder of its own with a tokenizer.json of any content; removed with the object.
class TokenizerFolder {
 public:
  explicit TokenizerFolder(const std::string& contents) {
    std::ofstream{folder_ / "tokenizer.json", std::ios::binary} << contents;
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_.path(); }

 private:
  test::TempFolder folder_;
};

}  // namespace harsanyi
