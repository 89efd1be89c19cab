#include "orchestrator/records/csv_file.hpp"

#include <cmath>

#include <fmt/format.h>

namespace harsanyi {

CsvFile::CsvFile(const std::filesystem::path& path, std::initializer_list<std::string_view> columns)
    : file_{path} {
  for (const std::string_view column : columns) add(column);
  end_row();
}

void CsvFile::separate() {
  if (!is_first_) line_ += ',';
  is_first_ = false;
}

void CsvFile::add(double number) {
  separate();
  if (std::isnan(number)) return;
  add_number(fmt::format("{}", number));
}

void CsvFile::add(float number) {
  separate();
  if (!std::isnan(number)) add_number(fmt::format("{}", number));
}

// "1" becomes "1.0"; "1e-05" and "inf" stay.
void CsvFile::add_number(const std::string& shortest) {
  line_ += shortest;
  if (shortest.find_first_of(".en") == std::string::npos) line_ += ".0";
}

void CsvFile::add(std::string_view text) {
  separate();
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    line_ += text;
    return;
  }
  line_ += '"';
  for (const char c : text) {
    if (c == '"') line_ += '"';
    line_ += c;
  }
  line_ += '"';
}

void CsvFile::end_row() {
  line_ += '\n';
  file_.write(line_);
  line_.clear();
  is_first_ = true;
}

std::int64_t CsvFile::publish() {
  file_.publish();
  return rows_;
}

}  // namespace harsanyi
