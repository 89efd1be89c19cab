#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "partition/base/identity.hpp"
#include "partition/base/named_enum.hpp"
#include "partition/plan/evaluation_plan.hpp"
#include "storage/provenance.hpp"
#include "storage/unit_record.hpp"

namespace harsanyi {

enum class ItemPart { scored, calibration };
template <>
struct EnumNames<ItemPart> {
  static constexpr std::string_view kind = "part of a benchmark";
  static constexpr std::array names{std::pair{ItemPart::scored, std::string_view{"scored"}},
                                    std::pair{ItemPart::calibration, std::string_view{"calibration"}}};
};

/// One row of the item axis of a table.
struct ItemLabel {
  ItemPart part = ItemPart::scored;
  int row = 0;   ///< line of its file, from 0
  int gold = 0;  ///< index of the right label or option; 0 where answers are texts
};

/// What one (model, benchmark) table holds beside the numbers.
struct ResultsTable {
  std::string model;  ///< name, unique in the file
  std::string benchmark;
  AnswerKind answers = AnswerKind::label_logits;
  /// In index order: label words, or option letters of the item with most options. Empty for generated texts.
  std::vector<std::string> labels;
  std::vector<ItemLabel> items;
  std::vector<std::int32_t> option_lengths =
      {};                  ///< option_likelihood alone: [items, labels] characters; 0: no such option
  int new_tokens = 0;      ///< generated_text alone: most tokens of an answer
  int rows_skipped = 0;    ///< chosen rows left out because they were too long
  int rows_truncated = 0;  ///< items whose prompts were cut at the front

  [[nodiscard]] int width() const noexcept {
    return answers == AnswerKind::generated_text ? new_tokens : static_cast<int>(labels.size());
  }
};

struct ResultsDescription {
  EvaluationPlan plan;               ///< plan.tables[i] describes tables[i]
  std::vector<std::string> methods;  ///< e.g. "vanilla", "gac"
  std::vector<ResultsTable> tables;
  Identity identity;
  Provenance provenance;
};

/// The HDF5 file of one evaluation, per table /<model>/<benchmark>: what the table's `AnswerKind` lists, each
/// data set [method, item, ...], and gold, part, row of every item. Layout: docs/formats/results.md.
/// Opening, resuming, locking and errors as DividendCube.
class ResultsFile final : public UnitRecord {
 public:
  [[nodiscard]] static ResultsFile open_or_create(const std::filesystem::path& file,
                                                  const ResultsDescription& description);
  static void make(const std::filesystem::path& file, const ResultsDescription& description, bool overwrite,
                   const std::function<void(ResultsFile&)>& fill);  ///< as DividendCube::make
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
  /// [items, labels] logits or log-likelihoods of one table and method; NaN where not computed, or where the
  /// item has no such label. @throws StorageError  for a table of generated texts
  [[nodiscard]] std::vector<float> label_scores(int table, int method) const;
  /// [items] predicted labels; -1 where not computed, or where the answer names no label.
  /// @throws StorageError  for a table of generated texts
  [[nodiscard]] std::vector<int> predictions(int table, int method) const;
  /// [items, kTextMeasures] of a table of generated texts; NaN where not computed. @throws StorageError  for
  /// others
  [[nodiscard]] std::vector<float> text_scores(int table, int method) const;
  [[nodiscard]] std::vector<UnitState> states() const;  ///< as DividendCube::states
  [[nodiscard]] std::vector<UnitId> damaged_units(const UnitsRead& read = {}) const;  ///< as DividendCube's
  [[nodiscard]] Block block(UnitId unit) const;  ///< as DividendCube::block
  void forget(std::span<const UnitId> units);    ///< as DividendCube::forget
  /// As DividendCube::write_compressed_copy; all answers are in compressed chunks.
  void write_compressed_copy(const std::filesystem::path& file, const Provenance& added,
                             bool overwrite) const;
  [[nodiscard]] bool is_compressed_copy() const;

 private:
  struct State;
  explicit ResultsFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace harsanyi
