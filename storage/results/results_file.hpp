#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "partition/base/identity.hpp"
#include "partition/plan/evaluation_plan.hpp"
#include "storage/provenance.hpp"
#include "storage/unit_record.hpp"

namespace harsanyi {

enum class ItemPart { scored, calibration };

/// One row of the item axis of a table.
struct ItemLabel {
  ItemPart part = ItemPart::scored;
  int row = 0;  ///< line of its file, from 0
  int gold = 0;
};

/// What one (model, benchmark) table holds beside the numbers.
struct ResultsTable {
  std::string model;  ///< name, unique in the file
  std::string benchmark;
  std::vector<std::string> labels;  ///< label words, in index order
  std::vector<ItemLabel> items;
};

struct ResultsDescription {
  EvaluationPlan plan;               ///< plan.tables[i] describes tables[i]
  std::vector<std::string> methods;  ///< e.g. "vanilla", "gac"
  std::vector<ResultsTable> tables;
  Identity identity;
  Provenance provenance;
};

/// The HDF5 file of one evaluation, per table /<model>/<benchmark>: label_logit[method, item, label] (f32),
/// prediction[method, item] (arg-max, first of equals), gold, part. Layout: docs/formats/results.md.
/// Opening, resuming, locking and errors as DividendCube.
class ResultsFile final : public UnitRecord {
 public:
  [[nodiscard]] static ResultsFile open_or_create(const std::filesystem::path& file,
                                                  const ResultsDescription& description);
  [[nodiscard]] static ResultsFile open(const std::filesystem::path& file);

  /// True if `file` is finished and of this experiment: `open` is enough, nothing is left to write.
  [[nodiscard]] static bool is_finished(const std::filesystem::path& file, const Identity& identity);

  ResultsFile(ResultsFile&&) noexcept;
  ResultsFile& operator=(ResultsFile&&) noexcept;
  ~ResultsFile() override;

  [[nodiscard]] std::vector<bool> done() const override;
  void store(std::span<const Block> blocks) override;

  [[nodiscard]] bool complete() const;
  void mark_complete();
  [[nodiscard]] const ResultsDescription& description() const noexcept;
  /// [items, labels] of one table and method; NaN where not computed.
  [[nodiscard]] std::vector<float> label_logits(int table, int method) const;
  [[nodiscard]] std::vector<int> predictions(int table,
                                             int method) const;  ///< [items], -1 where not computed
  [[nodiscard]] std::vector<UnitId> damaged_units() const;
  void forget(std::span<const UnitId> units);  ///< as DividendCube::forget

 private:
  struct State;
  explicit ResultsFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace harsanyi
