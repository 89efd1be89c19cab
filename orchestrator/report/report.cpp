#include "orchestrator/report/report.hpp"

#include <set>
#include <system_error>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "partition/base/error.hpp"
#include "partition/base/text_file.hpp"

namespace harsanyi {
namespace {

nlohmann::ordered_json json_of(const std::optional<std::filesystem::path>& path) {
  if (!path) return nullptr;
  return path->string();
}

nlohmann::ordered_json json_of(const std::vector<std::filesystem::path>& paths) {
  auto list = nlohmann::ordered_json::array();
  for (const std::filesystem::path& path : paths) list.push_back(path.string());
  return list;
}

nlohmann::ordered_json json_of(const Table& table) {
  require_rectangular(table);
  return {{"name", table.name},
          {"title", table.title},
          {"note", table.note},
          {"columns", table.columns},
          {"rows", table.rows}};
}

void require_file_names(const std::vector<Table>& tables) {
  std::set<std::string> names;
  for (const Table& table : tables) {
    if (table.name.empty() ||
        table.name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") != std::string::npos)
      throw ReportError{fmt::format("'{}' cannot name a table: use a-z, 0-9 and _ only", table.name)};
    if (!names.insert(table.name).second)
      throw ReportError{
          fmt::format("two tables are named '{}', and their files would overwrite each other", table.name)};
  }
}

}  // namespace

std::string to_json(const Report& report) {
  nlohmann::ordered_json json;
  json["title"] = report.title;
  json["tables"] = nlohmann::ordered_json::array();
  for (const Table& table : report.tables) json["tables"].push_back(json_of(table));
  json["cubes"] = json_of(report.cubes);
  json["groups"] = json_of(report.groups);
  json["results"] = json_of(report.results);
  json["attention_before"] = json_of(report.attention_before);
  json["attention_after"] = json_of(report.attention_after);
  return json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

void write_report(const Report& report, const std::filesystem::path& folder) {
  require_file_names(report.tables);
  std::error_code problem;
  std::filesystem::create_directories(folder, problem);
  if (problem)
    throw ReportError{fmt::format("cannot make the folder '{}' ({}); choose another one", folder.string(),
                                  problem.message())};
  for (const Table& table : report.tables) {
    write_text_file(folder / (table.name + ".csv"), to_csv(table));
    write_text_file(folder / (table.name + ".md"), to_markdown(table));
  }
  write_text_file(folder / "report.json", to_json(report));
}

}  // namespace harsanyi
