#pragma once

#include <array>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

enum class Verdict {
  ok,
  note,     ///< worth knowing; nothing to change
  warning,  ///< works, but slower or less safe than it could
  problem,  ///< some command cannot work
};

template <>
struct EnumNames<Verdict> {
  static constexpr std::string_view kind = "verdict";
  static constexpr std::array names{std::pair{Verdict::ok, std::string_view{"ok"}},
                                    std::pair{Verdict::note, std::string_view{"note"}},
                                    std::pair{Verdict::warning, std::string_view{"warning"}},
                                    std::pair{Verdict::problem, std::string_view{"problem"}}};
};

/// One line of the doctor's table.
struct Finding {
  std::string item;  ///< e.g. "rank binding"
  Verdict verdict = Verdict::ok;
  std::string value;   ///< what was found
  std::string remedy;  ///< what to change; empty for ok and note
};
using Findings = std::vector<Finding>;

/// The worst of all.
[[nodiscard]] Verdict worst_of(std::span<const Finding> findings);

void write_table(std::span<const Finding> findings, std::ostream& out);
/// {"verdict": ..., "findings": [{"item", "verdict", "value", "remedy"}, ...]}
void write_json(std::span<const Finding> findings, std::ostream& out);

}  // namespace harsanyi
