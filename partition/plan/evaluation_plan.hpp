#pragma once

#include <array>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "partition/base/id.hpp"
#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// How the items of a table are answered, and so what a block holds of each item, in this order.
enum class AnswerKind {
  label_logits,       ///< the logit of each label's token; the predicted label
  next_token,         ///< the same; the most likely token of the vocabulary; log-sum-exp of all logits
  option_likelihood,  ///< the log-likelihood of each option's text; the predicted option
  generated_text,     ///< exact match, F1, both against the first answer alone; the generated tokens
};

template <>
struct EnumNames<AnswerKind> {
  static constexpr std::string_view kind = "kind of answer";
  static constexpr std::array names{
      std::pair{AnswerKind::label_logits, std::string_view{"label_logits"}},
      std::pair{AnswerKind::next_token, std::string_view{"next_token"}},
      std::pair{AnswerKind::option_likelihood, std::string_view{"option_likelihood"}},
      std::pair{AnswerKind::generated_text, std::string_view{"generated_text"}}};
};

/// In a block: the logit or log-likelihood of a label that the item lacks (blocks hold finite values alone).
inline constexpr double kNoSuchLabel = std::numeric_limits<float>::lowest();
/// In a block: the predicted label, or a generated token, where there is none.
inline constexpr double kNone = -1.0;
/// Measures of a generated text: exact match, F1, exact match and F1 against the first answer alone.
inline constexpr int kTextMeasures = 4;

/// One (model, benchmark) of an evaluation: every method answers every item.
struct EvaluationTable {
  int model = 0;    ///< index into the experiment's models
  int methods = 0;  ///< the experiment's methods, same for every table
  int items = 0;    ///< scored rows, then calibration rows
  AnswerKind answers = AnswerKind::label_logits;
  int width = 0;  ///< labels, options, or most generated tokens

  [[nodiscard]] int values_per_item() const noexcept;
};

struct EvaluationUnit {
  UnitId id;      ///< dense from 0
  int table = 0;  ///< index into EvaluationPlan::tables
  int method = 0;
  ItemRange items;
};

struct EvaluationPlan {
  std::vector<EvaluationTable> tables;
  int items_per_unit = 0;
  std::vector<EvaluationUnit> units;  ///< units[i].id == i
};

/// Order: tables outermost (so that a worker keeps its model), then methods, then items.
/// @throws PlanError  for an empty table or items_per_unit < 1.
[[nodiscard]] EvaluationPlan make_evaluation_plan(std::vector<EvaluationTable> tables, int items_per_unit);

}  // namespace harsanyi
