#include <map>
#include <tuple>

#include <fmt/ranges.h>

#include "orchestrator/job/method_fact.hpp"
#include "orchestrator/records/merge_units.hpp"
#include "orchestrator/records/unit_text.hpp"
#include "storage/results/results_file.hpp"

namespace harsanyi {
namespace {

using ResultsPart = RecordPart<ResultsFile>;
using TableName = std::pair<std::string, std::string>;  ///< model, benchmark

constexpr std::string_view kMethod = "method.";

TableName name_of_table(const ResultsTable& table) {
  return {table.model, table.benchmark};
}

template <class T>
void append_if_new(std::vector<T>& all, const T& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

/// In the order of the file's tables.
std::vector<std::string> models_of(const ResultsDescription& results) {
  std::vector<std::string> models;
  for (const ResultsTable& table : results.tables) append_if_new(models, table.model);
  return models;
}

/// What the facts of a file are about. A fact about a table begins with "MODEL.BENCHMARK.", one about a model
/// with "MODEL."; names may hold dots, so the longest that fits is meant.
struct Subject {
  std::string model;      ///< empty: the whole experiment
  std::string benchmark;  ///< empty: the model in all benchmarks
  friend auto operator<=>(const Subject&, const Subject&) = default;
};

Subject subject_of(const std::string& fact, const ResultsDescription& results) {
  Subject subject;
  std::size_t longest = 0;
  for (const ResultsTable& table : results.tables) {
    const std::string model = table.model + ".";
    const std::string both = model + table.benchmark + ".";
    if (fact.starts_with(both) && both.size() > longest) {
      subject = {table.model, table.benchmark};
      longest = both.size();
    } else if (fact.starts_with(model) && model.size() > longest) {
      subject = {table.model, ""};
      longest = model.size();
    }
  }
  return subject;
}

std::map<Subject, Identity> facts_by_subject(const ResultsDescription& results) {
  std::map<Subject, Identity> facts;
  for (const auto& [name, value] : results.identity.facts())
    if (!name.starts_with(kMethod)) facts[subject_of(name, results)].set(name, value);
  return facts;
}

/// The results file that the parts are parts of.
class WholeResults {
 public:
  explicit WholeResults(const ResultsPart& first) : first_{first} {}

  void add(const ResultsPart& part) {
    const ResultsDescription& description = part.record.description();
    if (description.methods != first_.record.description().methods)
      throw StorageError{
          fmt::format("{} does not belong to {}: its methods are {}, and {} there; evaluate all parts by the "
                      "same methods, in the same order",
                      part.name, first_.name, fmt::join(description.methods, ", "),
                      fmt::join(first_.record.description().methods, ", "))};
    for (const auto& [subject, facts] : facts_by_subject(description)) {
      const auto [known, is_new] = facts_.try_emplace(subject, Source{&part, facts});
      if (!is_new) require_same_facts(known->second.part->name, known->second.facts, part.name, facts);
    }
    add_layers(part);
    for (const std::string& model : models_of(description)) append_if_new(models_, model);
    for (const ResultsTable& table : description.tables) {
      append_if_new(benchmarks_, table.benchmark);
      tables_.try_emplace(name_of_table(table), &table);
    }
  }

  /// Once all parts are added.
  [[nodiscard]] ResultsDescription finish() {
    ResultsDescription whole;
    whole.methods = first_.record.description().methods;
    std::vector<EvaluationTable> shapes;
    for (std::size_t model = 0; model < models_.size(); ++model)
      for (const std::string& benchmark : benchmarks_) {
        const auto table = tables_.find({models_[model], benchmark});
        if (table == tables_.end())
          throw StorageError{fmt::format(
              "no part has {} on {}, and results are of every model on every benchmark; add the part "
              "that has it",
              benchmark, models_[model])};
        numbers_.emplace(table->first, static_cast<int>(whole.tables.size()));
        whole.tables.push_back(*table->second);
        shapes.push_back({static_cast<int>(model), static_cast<int>(whole.methods.size()),
                          static_cast<int>(table->second->items.size()), table->second->answers,
                          table->second->width()});
      }
    whole.plan = make_evaluation_plan(std::move(shapes), first_.record.description().plan.items_per_unit);
    for (const auto& [subject, source] : facts_)
      for (const auto& [name, value] : source.facts.facts()) whole.identity.set(name, value);
    for (const auto& [method, layers] : layers_) whole.identity.set(method, method_text(layers));
    for (const EvaluationUnit& unit : whole.plan.units)
      units_.emplace(Key{unit.table, unit.method, unit.items.first}, unit);
    return whole;
  }

  /// [units of `part`] the same units in the whole. After `finish`.
  [[nodiscard]] std::vector<UnitId> places_of(const ResultsPart& part) const {
    std::vector<UnitId> places;
    const ResultsDescription& description = part.record.description();
    for (const EvaluationUnit& unit : description.plan.units) {
      const auto& table = description.tables[static_cast<std::size_t>(unit.table)];
      const auto twin = units_.find(Key{numbers_.at(name_of_table(table)), unit.method, unit.items.first});
      if (twin == units_.end() || twin->second.items != unit.items)
        throw StorageError{fmt::format(
            "{}: {} is cut as no unit of the whole is, though the experiment is the same; the file "
            "is of another version of harsanyi, or damaged",
            part.name, unit_text(unit, table, description.methods[static_cast<std::size_t>(unit.method)]))};
      places.push_back(twin->second.id);
    }
    return places;
  }

 private:
  struct Source {
    const ResultsPart* part = nullptr;
    Identity facts;
  };
  /// A method's fact names it, and then the layers of each model.
  struct MethodLayers {
    std::string method;
    std::map<std::string, std::string> of_model;
  };
  using Key = std::tuple<int, int, std::int64_t>;

  void add_layers(const ResultsPart& part) {
    const ResultsDescription& description = part.record.description();
    const auto models = models_of(description);
    for (const auto& [name, text] : description.identity.facts()) {
      if (!name.starts_with(kMethod)) continue;
      const auto [method, layers] = split_method_fact(text);
      MethodLayers& known = layers_.try_emplace(name, MethodLayers{method, {}}).first->second;
      for (std::size_t i = 0; i < layers.size() && i < models.size(); ++i) {
        const auto [entry, is_new] = known.of_model.try_emplace(models[i], layers[i]);
        if (!is_new && entry->second != layers[i])
          throw StorageError{fmt::format("{} does not belong to {}: {} has layers {} of {}, and {} there",
                                         part.name, first_.name, name.substr(kMethod.size()), layers[i],
                                         models[i], entry->second)};
      }
    }
  }

  [[nodiscard]] std::string method_text(const MethodLayers& method) const {
    std::vector<std::string> layers;
    for (const std::string& model : models_)
      if (const auto found = method.of_model.find(model); found != method.of_model.end())
        layers.push_back(found->second);
    return method_fact(method.method, layers);
  }

  const ResultsPart& first_;
  std::map<Subject, Source> facts_;
  std::map<std::string, MethodLayers> layers_;  ///< by the fact's name
  std::vector<std::string> models_;
  std::vector<std::string> benchmarks_;
  std::map<TableName, const ResultsTable*> tables_;
  std::map<TableName, int> numbers_;
  std::map<Key, EvaluationUnit> units_;
};

std::string text_of(const ResultsDescription& whole, UnitId id) {
  const EvaluationUnit& unit = whole.plan.units[static_cast<std::size_t>(id.index())];
  return unit_text(unit, whole.tables[static_cast<std::size_t>(unit.table)],
                   whole.methods[static_cast<std::size_t>(unit.method)]);
}

std::string place_text(const ResultsDescription& whole, UnitId id, std::size_t index) {
  const EvaluationUnit& unit = whole.plan.units[static_cast<std::size_t>(id.index())];
  const auto values = whole.plan.tables[static_cast<std::size_t>(unit.table)].values_per_item();
  return fmt::format("{}, item {}", text_of(whole, id),
                     unit.items.first + static_cast<std::int64_t>(index) / values);
}

}  // namespace

MergeOutcome merge_results(const MergeRequest& request) {
  auto parts = open_parts<ResultsFile>(request.parts);
  WholeResults builder{parts.front()};
  for (const ResultsPart& part : parts) builder.add(part);
  ResultsDescription whole = builder.finish();
  for (ResultsPart& part : parts) part.place = builder.places_of(part);
  whole.provenance = request.provenance;
  for (std::size_t i = 0; i < parts.size(); ++i)
    add_provenance(whole.provenance, i, parts[i].record.description().provenance);

  const UnionOfMarks marks = union_of_marks(parts, whole.plan.units.size());
  require_no_gaps(marks, request, [&](UnitId unit) { return text_of(whole, unit); });
  ResultsFile::make(request.out, whole, request.overwrite, [&](ResultsFile& results) {
    take_units<ResultsFile>(results, parts,
                            [&](UnitId unit, std::size_t index) { return place_text(whole, unit, index); });
    if (marks.outcome.open == 0) results.mark_complete();
  });
  return marks.outcome;
}

}  // namespace harsanyi
