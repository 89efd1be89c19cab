#include "orchestrator/cli/doctor/finding.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace harsanyi {

Verdict worst_of(std::span<const Finding> findings) {
  Verdict worst = Verdict::ok;
  for (const Finding& finding : findings) worst = std::max(worst, finding.verdict);
  return worst;
}

void write_table(std::span<const Finding> findings, std::ostream& out) {
  std::size_t width = 0;
  for (const Finding& finding : findings) width = std::max(width, finding.item.size());
  for (const Finding& finding : findings) {
    out << fmt::format("{:<{}}  {:<7}  {}\n", finding.item, width, name_of(finding.verdict), finding.value);
    if (!finding.remedy.empty()) out << fmt::format("{:<{}}           -> {}\n", "", width, finding.remedy);
  }
}

void write_json(std::span<const Finding> findings, std::ostream& out) {
  auto list = nlohmann::ordered_json::array();
  for (const Finding& finding : findings)
    list.push_back({{"item", finding.item},
                    {"verdict", name_of(finding.verdict)},
                    {"value", finding.value},
                    {"remedy", finding.remedy}});
  const nlohmann::ordered_json report{{"verdict", name_of(worst_of(findings))},
                                      {"findings", std::move(list)}};
  out << report.dump(2, ' ', false, nlohmann::json::error_handler_t::replace) << '\n';
}

}  // namespace harsanyi
