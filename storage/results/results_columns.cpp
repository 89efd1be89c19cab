#include "storage/results/results_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "storage/hdf5/attribute.hpp"
#include "storage/results/results_layout.hpp"

namespace harsanyi {
namespace {

constexpr float kBlank = std::numeric_limits<float>::quiet_NaN();
constexpr std::int32_t kBlankInteger = -1;

hdf5::Shape shape_of_column(const ResultsColumn& column, hsize_t methods, hsize_t items) {
  hdf5::Shape shape{methods, items};
  if (!column.axis.empty()) shape.push_back(static_cast<hsize_t>(column.width));
  return shape;
}

hdf5::Dataset create_axis_of(hid_t group, const ResultsColumn& column, const ResultsTable& table) {
  if (column.axis == "label") return hdf5::create_axis(group, "label", table.labels);
  if (column.axis == "measure")
    return hdf5::create_axis(group, "measure",
                             std::vector<std::string>{"exact_match", "f1", "exact_match_first", "f1_first"});
  return hdf5::create_axis(group, column.axis, static_cast<hsize_t>(column.width));
}

// A value of a block as the file keeps it, and back.
float stored_float(double value) {
  return value == kNoSuchLabel ? kBlank : static_cast<float>(value);
}
double block_value(float stored) {
  return std::isnan(stored) ? kNoSuchLabel : static_cast<double>(stored);
}

}  // namespace

std::vector<ResultsColumn> columns_of(const ResultsTable& table) {
  const ResultsColumn prediction{kPrediction, "", 1, true,
                                 "index of the predicted label; -1: none, or not computed"};
  const ResultsColumn logits{kLabelLogit, "label", table.width(), false, "logit of each label's token"};
  switch (table.answers) {
    case AnswerKind::label_logits:
      return {logits, prediction};
    case AnswerKind::next_token:
      return {logits,
              prediction,
              {"token", "", 1, true, "most likely next token of the whole vocabulary"},
              {"logsumexp", "", 1, false, "log-sum-exp of the logits of the whole vocabulary"}};
    case AnswerKind::option_likelihood:
      return {{kLogLikelihood, "label", table.width(), false, "log-likelihood of each option's text"},
              prediction};
    case AnswerKind::generated_text:
      return {{kTextScore, "measure", kTextMeasures, false, "scores of the generated text, in [0, 1]"},
              {"generated_token", "step", table.width(), true, "generated tokens; -1 after the last"}};
  }
  return {};
}

void ResultsColumns::create(hid_t group, const ResultsTable& table, const hdf5::Dataset& method_axis,
                            const hdf5::Dataset& item_axis, hsize_t methods, hdf5::Storage storage) {
  for (const ResultsColumn& column : columns_of(table)) {
    const hdf5::Shape shape = shape_of_column(column, methods, table.items.size());
    const auto dataset = column.is_integer ? hdf5::create(group, column.name, shape, kBlankInteger, storage)
                                           : hdf5::create(group, column.name, shape, kBlank, storage);
    hdf5::write_text(dataset.get(), "long_name", column.long_name);
    if (column.axis.empty()) {
      hdf5::attach_axes(dataset, {&method_axis, &item_axis});
      continue;
    }
    const auto axis = create_axis_of(group, column, table);
    hdf5::attach_axes(dataset, {&method_axis, &item_axis, &axis});
  }
}

ResultsColumns::ResultsColumns(hid_t file, const std::string& group, const ResultsTable& table,
                               hsize_t methods)
    : group_{group}, items_{table.items.size()} {
  for (const ResultsColumn& column : columns_of(table))
    columns_.push_back(
        {column, hdf5::open(file, group + "/" + column.name, shape_of_column(column, methods, items_))});
}

hdf5::Box ResultsColumns::box(const Open& open, int method, ItemRange items) const {
  hdf5::Box box{{static_cast<hsize_t>(method), static_cast<hsize_t>(items.first)},
                {1, static_cast<hsize_t>(items.size())}};
  if (!open.column.axis.empty()) {
    box.first.push_back(0);
    box.count.push_back(static_cast<hsize_t>(open.column.width));
  }
  return box;
}

void ResultsColumns::write(int method, ItemRange items, const std::vector<double>& values) const {
  const std::size_t row = values.size() / static_cast<std::size_t>(items.size());
  std::size_t offset = 0;
  for (const Open& open : columns_) {
    const auto width = static_cast<std::size_t>(open.column.width);
    std::vector<double> part;
    for (std::size_t at = offset; at < values.size(); at += row)
      part.insert(part.end(), values.begin() + static_cast<std::ptrdiff_t>(at),
                  values.begin() + static_cast<std::ptrdiff_t>(at + width));
    if (open.column.is_integer) {
      std::vector<std::int32_t> integers(part.size());
      std::transform(part.begin(), part.end(), integers.begin(),
                     [](double v) { return static_cast<std::int32_t>(v); });
      hdf5::write<std::int32_t>(open.dataset, box(open, method, items), integers);
    } else {
      std::vector<float> floats(part.size());
      std::transform(part.begin(), part.end(), floats.begin(), stored_float);
      hdf5::write<float>(open.dataset, box(open, method, items), floats);
    }
    offset += width;
  }
}

std::vector<double> ResultsColumns::read(int method, ItemRange items) const {
  std::size_t row = 0;
  for (const Open& open : columns_) row += static_cast<std::size_t>(open.column.width);
  std::vector<double> values(row * static_cast<std::size_t>(items.size()));
  std::size_t offset = 0;
  for (const Open& open : columns_) {
    const auto width = static_cast<std::size_t>(open.column.width);
    const auto place = [&](std::size_t i) { return i / width * row + offset + i % width; };
    if (open.column.is_integer) {
      const auto integers = hdf5::read<std::int32_t>(open.dataset, box(open, method, items));
      for (std::size_t i = 0; i < integers.size(); ++i) values[place(i)] = integers[i];
    } else {
      const auto floats = hdf5::read<float>(open.dataset, box(open, method, items));
      for (std::size_t i = 0; i < floats.size(); ++i) values[place(i)] = block_value(floats[i]);
    }
    offset += width;
  }
  return values;
}

const ResultsColumns::Open& ResultsColumns::require(const std::string& column) const {
  const auto found = std::find_if(columns_.begin(), columns_.end(),
                                  [&](const Open& open) { return open.column.name == column; });
  if (found == columns_.end())
    throw StorageError{
        fmt::format("the table {} has no data set '{}': it holds answers of another kind", group_, column)};
  return *found;
}

std::vector<float> ResultsColumns::floats(int method, const std::string& column) const {
  const Open& open = require(column);
  return hdf5::read<float>(open.dataset, box(open, method, {0, static_cast<std::int64_t>(items_)}));
}

std::vector<std::int32_t> ResultsColumns::integers(int method, const std::string& column) const {
  const Open& open = require(column);
  return hdf5::read<std::int32_t>(open.dataset, box(open, method, {0, static_cast<std::int64_t>(items_)}));
}

}  // namespace harsanyi
