#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include "orchestrator/config/option_set.hpp"
#include "partition/base/named_enum.hpp"

namespace harsanyi {

enum class ExportFormat { hdf5, csv };
template <>
struct EnumNames<ExportFormat> {
  static constexpr std::string_view kind = "format";
  static constexpr std::array names{std::pair{ExportFormat::hdf5, std::string_view{"hdf5"}},
                                    std::pair{ExportFormat::csv, std::string_view{"csv"}}};
};

/// Tables that files are exported as: the first three of a cube, the others of a results file.
enum class ExportTable { values, means, samples, answers, scores };
template <>
struct EnumNames<ExportTable> {
  static constexpr std::string_view kind = "table";
  static constexpr std::array names{std::pair{ExportTable::values, std::string_view{"values"}},
                                    std::pair{ExportTable::means, std::string_view{"means"}},
                                    std::pair{ExportTable::samples, std::string_view{"samples"}},
                                    std::pair{ExportTable::answers, std::string_view{"answers"}},
                                    std::pair{ExportTable::scores, std::string_view{"scores"}}};
};

/// export: write a cube or results file in another form.
struct ExportOptions {
  std::filesystem::path file;
  std::filesystem::path out;
  ExportFormat format = ExportFormat::hdf5;
  std::optional<ExportTable> table;  ///< of csv; nothing: values or answers
  bool overwrite = false;
};

void describe(OptionSet& set, ExportOptions& options);
/// @throws ConfigError  for a table of a format that has none
void check(const ExportOptions& options);

}  // namespace harsanyi
