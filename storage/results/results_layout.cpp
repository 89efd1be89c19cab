#include "storage/results/results_layout.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/axis.hpp"
#include "storage/hdf5/named.hpp"
#include "storage/results/results_columns.hpp"
#include "storage/unit_bounds.hpp"

namespace harsanyi {

namespace {

constexpr int kLargestInteger = std::numeric_limits<std::int32_t>::max();

StorageError contradiction(const std::string& what, std::string_view remedy) {
  return StorageError{fmt::format("cannot describe a results file: {}; {}", what, remedy)};
}

void require_group_name(const std::string& name, std::string_view kind) {
  constexpr std::array taken{"identity",   "provenance", "unit",       "unit_done",  "unit_checksum",
                             "unit_table", "complete",   "method",     "unit_items", "unit_method",
                             "bound",      "table",      "table_model"};
  const bool usable = !name.empty() && name != "." && name.find('/') == std::string::npos &&
                      name.find('\0') == std::string::npos &&
                      std::find(taken.begin(), taken.end(), name) == taken.end();
  if (!usable)
    throw contradiction(
        fmt::format("'{}' cannot be the name of a {} (names with '/', '.' alone and the file's own "
                    "names are taken)",
                    name, kind),
        "give it another name");
}

void require_consistent(const ResultsTable& table, const EvaluationTable& planned, std::size_t methods) {
  require_group_name(table.model, "model");
  require_group_name(table.benchmark, "benchmark");
  const bool fits = planned.items >= 1 && planned.width >= 1 && planned.methods >= 1 && planned.model >= 0 &&
                    table.items.size() == static_cast<std::size_t>(planned.items) &&
                    table.width() == planned.width && table.answers == planned.answers &&
                    methods == static_cast<std::size_t>(planned.methods);
  if (!fits)
    throw contradiction(
        fmt::format(
            "table {} has {} methods, {} items, {} {} of width {}, and its plan {}, {}, {} of width {}",
            group_of(table), methods, table.items.size(), name_of(table.answers), "answers", table.width(),
            planned.methods, planned.items, name_of(planned.answers), planned.width),
        "make plan and tables from one experiment, none of them empty");
  const std::size_t lengths =
      table.answers == AnswerKind::option_likelihood ? table.items.size() * table.labels.size() : 0;
  if (table.option_lengths.size() != lengths)
    throw contradiction(fmt::format("table {} has {} option lengths, and needs {}", group_of(table),
                                    table.option_lengths.size(), lengths),
                        "give the length of every option's text, for option likelihoods alone");
}

bool inside(const EvaluationUnit& unit, const EvaluationPlan& plan) {
  if (unit.table < 0 || static_cast<std::size_t>(unit.table) >= plan.tables.size()) return false;
  const auto& table = plan.tables[static_cast<std::size_t>(unit.table)];
  return unit.method >= 0 && unit.method < table.methods && unit.items.first >= 0 && !unit.items.empty() &&
         unit.items.last <= table.items;
}

void write_units(hid_t file, const EvaluationPlan& plan, const hdf5::Dataset& unit_axis) {
  std::vector<std::int32_t> table;
  std::vector<std::int32_t> method;
  std::vector<Bounds> items;
  for (const auto& unit : plan.units) {
    table.push_back(unit.table);
    method.push_back(unit.method);
    items.push_back({unit.items.first, unit.items.last});
  }
  hdf5::attach_axes(hdf5::create_from(file, "unit_table", {table.size()}, table), {&unit_axis});
  hdf5::attach_axes(hdf5::create_from(file, "unit_method", {method.size()}, method), {&unit_axis});
  write_bounds(file, "unit_items", items, unit_axis, create_bound_axis(file));
}

std::vector<EvaluationUnit> read_units(hid_t file, const EvaluationPlan& plan) {
  const auto count = hdf5::length_of(file, "unit");
  const auto table = hdf5::read<std::int32_t>(file, "unit_table", {count});
  const auto method = hdf5::read<std::int32_t>(file, "unit_method", {count});
  const auto items = read_bounds(file, "unit_items", count, kLargestInteger);
  std::vector<EvaluationUnit> units;
  units.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    units.push_back({UnitId::from_index(static_cast<std::int64_t>(i)),
                     table[i],
                     method[i],
                     {items[i].first, items[i].last}});
    if (!inside(units.back(), plan))
      throw hdf5::damaged_file(file, fmt::format("unit {} lies outside its table", i));
  }
  return units;
}

void write_items(hid_t group, const std::vector<ItemLabel>& items, const hdf5::Dataset& item_axis) {
  std::vector<std::string> part;
  std::vector<std::int32_t> row;
  std::vector<std::int32_t> gold;
  for (const auto& item : items) {
    part.emplace_back(name_of(item.part));
    row.push_back(item.row);
    gold.push_back(item.gold);
  }
  hdf5::attach_axes(hdf5::create_texts(group, "part", part), {&item_axis});
  hdf5::attach_axes(hdf5::create_from(group, "row", {row.size()}, row), {&item_axis});
  hdf5::attach_axes(hdf5::create_from(group, "gold", {gold.size()}, gold), {&item_axis});
}

hdf5::Group open_or_make_group(hid_t parent, const std::string& name) {
  const auto what = fmt::format("cannot make group '{}'", name);
  if (H5Lexists(parent, name.c_str(), H5P_DEFAULT) > 0)
    return {H5Gopen2(parent, name.c_str(), H5P_DEFAULT), parent, what};
  return {H5Gcreate2(parent, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), parent, what};
}

void write_table(hid_t file, const ResultsTable& table, const hdf5::Dataset& method_axis, hsize_t methods,
                 hdf5::Storage answers) {
  const auto model = open_or_make_group(file, table.model);
  const auto group = open_or_make_group(model.get(), table.benchmark);
  const hsize_t items = table.items.size();
  const auto item_axis = hdf5::create_axis(group.get(), "item", items);
  write_items(group.get(), table.items, item_axis);
  ResultsColumns::create(group.get(), table, method_axis, item_axis, methods, answers);
  hdf5::write_enum(group.get(), "answers", table.answers);
  hdf5::write_integer(group.get(), "new_tokens", table.new_tokens);
  hdf5::write_integer(group.get(), "rows_skipped", table.rows_skipped);
  hdf5::write_integer(group.get(), "rows_truncated", table.rows_truncated);
  if (table.answers == AnswerKind::option_likelihood) {
    const auto label_axis = hdf5::open(group.get(), "label");
    hdf5::attach_axes(
        hdf5::create_from(group.get(), "option_length", {items, table.labels.size()}, table.option_lengths),
        {&item_axis, &label_axis});
  }
}

// How the items are answered, and what that needs.
void read_answers(hid_t file, const std::string& name, hsize_t items, ResultsTable& table) {
  const hdf5::Group group{H5Gopen2(file, name.c_str(), H5P_DEFAULT), file,
                          fmt::format("cannot open group '{}'", name)};
  table.answers = hdf5::read_enum<AnswerKind>(group.get(), "answers");
  table.new_tokens = hdf5::read_integer(group.get(), "new_tokens", 0, kLargestInteger);
  table.rows_skipped = hdf5::read_integer(group.get(), "rows_skipped", 0, kLargestInteger);
  table.rows_truncated = hdf5::read_integer(group.get(), "rows_truncated", 0, kLargestInteger);
  if (table.answers == AnswerKind::generated_text) return;
  const auto labels = hdf5::length_of(group.get(), "label");
  table.labels = hdf5::read_texts(group.get(), "label", labels);
  if (table.answers == AnswerKind::option_likelihood)
    table.option_lengths = hdf5::read<std::int32_t>(group.get(), "option_length", {items, labels});
}

ResultsTable read_table(hid_t file, const std::string& group) {
  ResultsTable table;
  const auto slash = group.find('/');
  table.model = group.substr(0, slash);
  table.benchmark = slash == std::string::npos ? "" : group.substr(slash + 1);
  hdf5::require_own_object(file, group);
  const auto count = hdf5::length_of(file, group + "/item");
  read_answers(file, group, count, table);
  const auto part = hdf5::read_texts(file, group + "/part", count);
  const auto row = hdf5::read<std::int32_t>(file, group + "/row", {count});
  const auto gold = hdf5::read<std::int32_t>(file, group + "/gold", {count});
  for (std::size_t i = 0; i < count; ++i)
    table.items.push_back({hdf5::stored_enum<ItemPart>(file, part[i]), row[i], gold[i]});
  return table;
}

}  // namespace

std::string group_of(const ResultsTable& table) {
  return table.model + "/" + table.benchmark;
}

void require_consistent(const ResultsDescription& d) {
  constexpr std::string_view remedy = "make plan and tables from one experiment";
  if (d.tables.empty() || d.tables.size() != d.plan.tables.size())
    throw contradiction(fmt::format("{} tables, {} in the plan", d.tables.size(), d.plan.tables.size()),
                        remedy);
  std::set<std::string> groups;
  std::int64_t answers = 0;
  for (std::size_t i = 0; i < d.tables.size(); ++i) {
    require_consistent(d.tables[i], d.plan.tables[i], d.methods.size());
    if (!groups.insert(group_of(d.tables[i])).second)
      throw contradiction(fmt::format("two tables are named {}", group_of(d.tables[i])),
                          "give each its own name");
    answers += static_cast<std::int64_t>(d.plan.tables[i].methods) * d.plan.tables[i].items;
  }
  for (const auto& unit : d.plan.units) {
    if (!inside(unit, d.plan))
      throw contradiction(fmt::format("unit {} lies outside its table", unit.id.value), remedy);
    answers -= unit.items.size();
  }
  if (answers != 0) throw contradiction("its units do not cover the tables", remedy);
}

std::uint64_t results_bytes(const ResultsDescription& d) {
  constexpr std::uint64_t metadata = 1 << 20;
  constexpr std::uint64_t per_table = 16 << 10;
  constexpr std::uint64_t per_item = 128;
  std::uint64_t bytes = metadata + 64 * d.plan.units.size();
  for (const auto& table : d.plan.tables) {
    const auto answers =
        hdf5::elements_of({static_cast<hsize_t>(table.methods), static_cast<hsize_t>(table.items),
                           static_cast<hsize_t>(table.values_per_item()), sizeof(float)});
    const auto rest = per_table + per_item * static_cast<std::uint64_t>(table.items);
    if (answers > ~std::uint64_t{0} - bytes - rest) return ~std::uint64_t{0};
    bytes += answers + rest;
  }
  return bytes;
}

void write_results_layout(const hdf5::File& file, const hdf5::Dataset& unit_axis, const ResultsDescription& d,
                          hdf5::Storage answers) {
  const auto root = file.get();
  hdf5::write_integer(root, "items_per_unit", d.plan.items_per_unit);
  std::vector<std::string> groups;
  std::vector<std::int32_t> models;
  for (std::size_t i = 0; i < d.tables.size(); ++i) {
    groups.push_back(group_of(d.tables[i]));
    models.push_back(d.plan.tables[i].model);
  }
  const auto method_axis = hdf5::create_axis(root, "method", d.methods);
  const auto table_axis = hdf5::create_axis(root, "table", groups);
  hdf5::attach_axes(hdf5::create_from(root, "table_model", {models.size()}, models), {&table_axis});
  write_units(root, d.plan, unit_axis);
  for (const auto& table : d.tables) write_table(root, table, method_axis, d.methods.size(), answers);
}

ResultsDescription read_results_layout(const hdf5::File& file) {
  const auto root = file.get();
  ResultsDescription d;
  d.plan.items_per_unit = hdf5::read_integer(root, "items_per_unit", 0, kLargestInteger);
  d.methods = hdf5::read_texts(root, "method", hdf5::length_of(root, "method"));
  const auto groups = hdf5::read_texts(root, "table", hdf5::length_of(root, "table"));
  const auto models = hdf5::read<std::int32_t>(root, "table_model", {groups.size()});
  for (std::size_t i = 0; i < groups.size(); ++i) {
    d.tables.push_back(read_table(root, groups[i]));
    const auto& table = d.tables.back();
    d.plan.tables.push_back({models[i], static_cast<int>(d.methods.size()),
                             static_cast<int>(table.items.size()), table.answers, table.width()});
  }
  d.plan.units = read_units(root, d.plan);
  try {
    require_consistent(d);
  } catch (const StorageError& error) {
    throw hdf5::damaged_file(root, error.what());
  }
  return d;
}

std::vector<std::string> layout_differences(const ResultsDescription& here, const ResultsDescription& other) {
  std::vector<std::string> differences;
  const auto compare = [&](const std::string& name, const std::vector<std::string>& a,
                           const std::vector<std::string>& b) {
    if (a != b)
      differences.push_back(
          fmt::format("{}: {} here, {} in the other", name, fmt::join(a, ","), fmt::join(b, ",")));
  };
  const auto groups = [](const ResultsDescription& d) {
    std::vector<std::string> names;
    for (const auto& table : d.tables) names.push_back(group_of(table));
    return names;
  };
  compare("methods", here.methods, other.methods);
  compare("tables", groups(here), groups(other));
  if (!differences.empty()) return differences;
  for (std::size_t i = 0; i < here.tables.size(); ++i) {
    const auto& a = here.tables[i];
    const auto& b = other.tables[i];
    compare(fmt::format("labels of {}", group_of(a)), a.labels, b.labels);
    if (a.answers != b.answers || a.width() != b.width() || a.option_lengths != b.option_lengths)
      differences.push_back(fmt::format("answers of {}: another kind or width", group_of(a)));
    if (!std::equal(a.items.begin(), a.items.end(), b.items.begin(), b.items.end(),
                    [](const ItemLabel& x, const ItemLabel& y) {
                      return x.part == y.part && x.row == y.row && x.gold == y.gold;
                    }))
      differences.push_back(fmt::format("items of {}: other rows", group_of(a)));
  }
  if (!std::equal(here.plan.units.begin(), here.plan.units.end(), other.plan.units.begin(),
                  other.plan.units.end(), [](const EvaluationUnit& x, const EvaluationUnit& y) {
                    return x.table == y.table && x.method == y.method && x.items == y.items;
                  }))
    differences.emplace_back("units: other ranges");
  return differences;
}

}  // namespace harsanyi
