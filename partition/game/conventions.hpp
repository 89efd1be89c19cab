#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// What happens to the heads of a player that is absent.
enum class MaskKind {
  undifferentiated,  ///< attention scores times epsilon before the softmax (GAC, Eq. 4)
  uniform,  ///< its limit epsilon = 0: every visible token has the same share, so that a head gives the
            ///< running mean of its values
  drop,     ///< output of the heads := 0 before the output projection (GAC, App. C, Table 7)
};

/// Whether a mask depends on epsilon.
[[nodiscard]] constexpr bool uses_epsilon(MaskKind mask) noexcept {
  return mask == MaskKind::undifferentiated;
}

/// What a coalition's value measures.
enum class ValueKind {
  label_set,        ///< log-odds of the right answer, normalised over the label tokens (GAC, Eq. 3)
  full_vocabulary,  ///< log-odds of the right answer, normalised over the whole vocabulary
  f1,               ///< F1 of the generated answer, in [0, 1] (GAC section 5.2; spec gac.md section 3)
};

/// On which scale values enter the dividends; derived from the stored ones, without a forward pass.
enum class ValueScale {
  measured,     ///< paper: v as stored, in log-odds
  probability,  ///< released code for classification: p itself (game_theory.py:190-199)
};

/// What a set bit of a coalition means. Values are always stored by *present*; the other is derived.
enum class Orientation {
  present,  ///< paper: members are unmasked, v(grand) is the unmodified model
  masked,   ///< released code: members are masked
};

/// What stands for the value of the empty coalition of the chosen orientation.
enum class ZeroRule {
  none,  ///< as measured
  code,  ///< 0, as the released code has it (utils.py:3019)
};

/// How the salient group follows from the mean dividends.
enum class SelectionRule {
  max_dividend,             ///< arg-max over S != {} (GAC, Eq. 7)
  max_dividend_with_empty,  ///< arg-max over all S, the first of equals (released code); {} is possible
  common_of_positive,  ///< largest pairwise intersection of coalitions with positive dividend (GAC, Eq. 8,
                       ///< reading b)
};

/// When a sweep has samples enough of a layer.
enum class Stopping {
  full,         ///< never before all of them
  elimination,  ///< once its arg-max is decided (partition/game/sequential_elimination.hpp)
};

/// Which players a salient group leads to calibrate.
enum class EditedHeads {
  outside_group,  ///< paper, Alg. 1 line 8
  inside_group,   ///< released code
};

/// What calibration does to the one-row maps of steps that decode with a key/value cache (spec act.md
/// section 3, gac.md section 7).
enum class DecodeCalibration {
  prefill_only,  ///< nothing: the prompt's maps alone are calibrated
  row_only,      ///< released code: statistics of the one row alone, and entry 0 becomes 1
  running,       ///< column sums and counts go on from step to step: the statistics of a full pass
};

/// Where the attention taken from focused tokens goes.
enum class Redistribution {
  proportional,  ///< GAC, Eq. 12
  uniform,       ///< GAC, Table 8: equally over the visible tokens that are not focused
};

template <>
struct EnumNames<MaskKind> {
  static constexpr std::string_view kind = "mask kind";
  static constexpr std::array names{
      std::pair{MaskKind::undifferentiated, std::string_view{"undifferentiated"}},
      std::pair{MaskKind::uniform, std::string_view{"uniform"}},
      std::pair{MaskKind::drop, std::string_view{"drop"}}};
};
template <>
struct EnumNames<ValueKind> {
  static constexpr std::string_view kind = "value kind";
  static constexpr std::array names{
      std::pair{ValueKind::label_set, std::string_view{"label_set"}},
      std::pair{ValueKind::full_vocabulary, std::string_view{"full_vocabulary"}},
      std::pair{ValueKind::f1, std::string_view{"f1"}}};
};
template <>
struct EnumNames<ValueScale> {
  static constexpr std::string_view kind = "value scale";
  static constexpr std::array names{std::pair{ValueScale::measured, std::string_view{"measured"}},
                                    std::pair{ValueScale::probability, std::string_view{"probability"}}};
};
template <>
struct EnumNames<DecodeCalibration> {
  static constexpr std::string_view kind = "calibration while decoding";
  static constexpr std::array names{
      std::pair{DecodeCalibration::prefill_only, std::string_view{"prefill_only"}},
      std::pair{DecodeCalibration::row_only, std::string_view{"row_only"}},
      std::pair{DecodeCalibration::running, std::string_view{"running"}}};
};
template <>
struct EnumNames<Orientation> {
  static constexpr std::string_view kind = "orientation";
  static constexpr std::array names{std::pair{Orientation::present, std::string_view{"present"}},
                                    std::pair{Orientation::masked, std::string_view{"masked"}}};
};
template <>
struct EnumNames<ZeroRule> {
  static constexpr std::string_view kind = "zero rule";
  static constexpr std::array names{std::pair{ZeroRule::none, std::string_view{"none"}},
                                    std::pair{ZeroRule::code, std::string_view{"code"}}};
};
template <>
struct EnumNames<SelectionRule> {
  static constexpr std::string_view kind = "selection rule";
  static constexpr std::array names{
      std::pair{SelectionRule::max_dividend, std::string_view{"max_dividend"}},
      std::pair{SelectionRule::max_dividend_with_empty, std::string_view{"max_dividend_with_empty"}},
      std::pair{SelectionRule::common_of_positive, std::string_view{"common_of_positive"}}};
};
template <>
struct EnumNames<Stopping> {
  static constexpr std::string_view kind = "kind of stopping";
  static constexpr std::array names{std::pair{Stopping::full, std::string_view{"full"}},
                                    std::pair{Stopping::elimination, std::string_view{"elimination"}}};
};
template <>
struct EnumNames<EditedHeads> {
  static constexpr std::string_view kind = "choice of edited heads";
  static constexpr std::array names{std::pair{EditedHeads::outside_group, std::string_view{"outside_group"}},
                                    std::pair{EditedHeads::inside_group, std::string_view{"inside_group"}}};
};
template <>
struct EnumNames<Redistribution> {
  static constexpr std::string_view kind = "redistribution";
  static constexpr std::array names{std::pair{Redistribution::proportional, std::string_view{"proportional"}},
                                    std::pair{Redistribution::uniform, std::string_view{"uniform"}}};
};

}  // namespace harsanyi
