#pragma once

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <type_traits>

#include "partition/base/text_file.hpp"

namespace harsanyi {

/// A table that is written row by row: comma-separated, a header line, lines end in LF, no index column.
/// Real numbers read back to the same bits and always have a point or an exponent, so that no reader takes a
/// column of them for whole numbers; NaN is an empty cell. Texts with a comma, quote or line break stand in
/// quotes.
class CsvFile {
 public:
  CsvFile(const std::filesystem::path& path, std::initializer_list<std::string_view> columns);

  /// One value per column.
  template <class... Cells>
  void row(const Cells&... cells) {
    (add(cells), ...);
    end_row();
    ++rows_;
  }
  /// @return rows, without the header
  std::int64_t publish();

 private:
  void separate();
  void add(double number);
  void add(float number);
  void add_number(const std::string& shortest);
  void add(std::string_view text);
  template <class Integer>
  requires std::is_integral_v<Integer>
  void add(Integer number) {
    separate();
    line_ += std::to_string(number);
  }
  void end_row();

  TextFile file_;
  std::string line_;
  bool is_first_ = true;
  std::int64_t rows_ = 0;
};

}  // namespace harsanyi
