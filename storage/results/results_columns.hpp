#pragma once

#include <string>
#include <vector>

#include "storage/hdf5/axis.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {

inline constexpr const char* kLabelLogit = "label_logit";
inline constexpr const char* kLogLikelihood = "log_likelihood";
inline constexpr const char* kPrediction = "prediction";
inline constexpr const char* kTextScore = "score";

/// One data set of a table, [method, item] or [method, item, axis]: consecutive values of each item's part of
/// a block.
struct ResultsColumn {
  std::string name;
  std::string axis;  ///< third axis; empty: none
  int width = 1;     ///< values per item
  bool is_integer = false;
  std::string long_name;
};

/// In the order of a block's values; the widths add up to EvaluationTable::values_per_item().
[[nodiscard]] std::vector<ResultsColumn> columns_of(const ResultsTable& table);

/// The data sets of one table: made, opened, and filled unit by unit.
class ResultsColumns {
 public:
  /// Makes the data sets and their axes in `group`, blank.
  static void create(hid_t group, const ResultsTable& table, const hdf5::Dataset& method_axis,
                     const hdf5::Dataset& item_axis, hsize_t methods, hdf5::Storage storage);

  ResultsColumns(hid_t file, const std::string& group, const ResultsTable& table, hsize_t methods);

  /// @param values  [items, values_per_item]
  void write(int method, ItemRange items, const std::vector<double>& values) const;
  [[nodiscard]] std::vector<double> read(int method, ItemRange items) const;

  [[nodiscard]] hdf5::Storage storage() const { return hdf5::storage_of(columns_.front().dataset); }

  /// [items, width] of one column, blank where the file is. @throws StorageError  if there is no such column
  [[nodiscard]] std::vector<float> floats(int method, const std::string& column) const;
  [[nodiscard]] std::vector<std::int32_t> integers(int method, const std::string& column) const;

 private:
  struct Open {
    ResultsColumn column;
    hdf5::Dataset dataset;
  };
  [[nodiscard]] hdf5::Box box(const Open& open, int method, ItemRange items) const;
  [[nodiscard]] const Open& require(const std::string& column) const;

  std::string group_;
  hsize_t items_ = 0;
  std::vector<Open> columns_;
};

}  // namespace harsanyi
