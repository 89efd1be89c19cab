#pragma once

#include <string>
#include <vector>

namespace harsanyi {

/// A table as data: what is shown in a terminal, in a file and on the page is written from this alone.
struct Table {
  std::string name;  ///< short, of [a-z0-9_]; names its files
  std::string title;
  std::string note;  ///< how to read it: formulas, sources, units
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>>
      rows;  ///< each as long as `columns`; "" where there is nothing to say
};

/// Comma-separated values after RFC 4180: a header line, lines end in CR LF, a cell with a comma, quote or
/// line break stands in quotes, quotes inside doubled. Title and note are left out.
/// @throws ReportError  if a row has more or fewer cells than there are columns
[[nodiscard]] std::string to_csv(const Table& table);

/// A Markdown section: title, pipe table, note. Pipes in cells are escaped, line breaks become blanks.
/// @throws ReportError  as `to_csv`
[[nodiscard]] std::string to_markdown(const Table& table);

/// Columns padded to equal width, for a terminal; title above, no note.
/// @throws ReportError  as `to_csv`
[[nodiscard]] std::string to_plain_text(const Table& table);

/// @throws ReportError  naming the table and row that has more or fewer cells than there are columns
void require_rectangular(const Table& table);

}  // namespace harsanyi
