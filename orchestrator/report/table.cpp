#include "orchestrator/report/table.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

using Row = std::vector<std::string>;

std::string csv_cell(const std::string& cell) {
  if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
  std::string quoted = "\"";
  for (const char c : cell) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted + '"';
}

std::string csv_line(const Row& row) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += ',';
    line += csv_cell(row[i]);
  }
  return line + "\r\n";
}

std::string markdown_cell(const std::string& cell) {
  std::string escaped;
  for (const char c : cell) {
    if (c == '|' || c == '\\') escaped += '\\';
    escaped += c == '\n' || c == '\r' ? ' ' : c;
  }
  return escaped;
}

std::string markdown_line(const Row& row) {
  std::string line = "|";
  for (const std::string& cell : row) line.append(" ").append(markdown_cell(cell)).append(" |");
  return line + '\n';
}

/// Width in code points: the bytes of UTF-8 that continue a character take no column.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string padded_line(const Row& row, const std::vector<std::size_t>& widths) {
  std::string line;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (i > 0) line += "  ";
    line += row[i];
    if (i + 1 < row.size()) line.append(widths[i] - width_of(row[i]), ' ');
  }
  return line + '\n';
}

}  // namespace

void require_rectangular(const Table& table) {
  for (std::size_t i = 0; i < table.rows.size(); ++i)
    if (table.rows[i].size() != table.columns.size())
      throw ReportError{fmt::format("row {} of table '{}' has {} cells for {} columns", i, table.name,
                                    table.rows[i].size(), table.columns.size())};
}

std::string to_csv(const Table& table) {
  require_rectangular(table);
  std::string text = csv_line(table.columns);
  for (const Row& row : table.rows) text += csv_line(row);
  return text;
}

std::string to_markdown(const Table& table) {
  require_rectangular(table);
  std::string text = fmt::format("## {}\n\n", table.title);
  text += markdown_line(table.columns);
  text += markdown_line(Row(table.columns.size(), "---"));
  for (const Row& row : table.rows) text += markdown_line(row);
  if (!table.note.empty()) text += fmt::format("\n{}\n", table.note);
  return text;
}

std::string to_plain_text(const Table& table) {
  require_rectangular(table);
  std::vector<std::size_t> widths(table.columns.size(), 0);
  const auto widen = [&](const Row& row) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], width_of(row[i]));
  };
  widen(table.columns);
  for (const Row& row : table.rows) widen(row);
  std::string text = table.title + '\n' + padded_line(table.columns, widths);
  for (const Row& row : table.rows) text += padded_line(row, widths);
  return text;
}

}  // namespace harsanyi
