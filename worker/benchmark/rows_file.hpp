#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "worker/benchmark/row.hpp"

namespace harsanyi {

/// A JSON-lines file, read whole; a row is parsed when it is asked for, which keeps memory at the file's
/// size.
class RowsFile {
 public:
  /// @throws BenchmarkError  if it is missing, a folder, not readable or empty
  explicit RowsFile(std::filesystem::path file);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return file_; }
  [[nodiscard]] const std::string& sha256() const noexcept { return sha256_; }
  [[nodiscard]] int size() const noexcept { return static_cast<int>(lines_.size()); }
  /// @param number  from 0, less than size(). @throws BenchmarkError  if the line is no JSON object
  [[nodiscard]] Row row(int number) const;

 private:
  struct Line {
    std::size_t start, size;
  };
  std::filesystem::path file_;
  std::string text_;
  std::string sha256_;
  std::vector<Line> lines_;
};

}  // namespace harsanyi
