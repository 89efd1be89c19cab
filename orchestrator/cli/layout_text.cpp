#include "orchestrator/cli/layout_text.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "orchestrator/cli/plan_text.hpp"
#include "orchestrator/report/table.hpp"
#include "orchestrator/run/progress.hpp"

namespace harsanyi {
namespace {

std::string bytes(double value) {
  return value == 0.0 ? "-" : with_prefix(value, "B");
}

std::string seconds_text(double seconds) {
  return seconds < 60.0 ? fmt::format("{:.2g} s", seconds) : duration_text(seconds);
}

std::string memory_table(const LayoutPlan& plan) {
  Table table{.name = "memory",
              .title = fmt::format("memory of a rank, of {}", bytes(plan.profile.memory_bytes.value)),
              .note = "",
              .columns = {"ranks", "weights", "file pages", "trunk", "players", "batch", "kv cache", "freed",
                          "program", "sum", "fits", "most rows"},
              .rows = {}};
  for (const Layout& layout : plan.layouts) {
    const RankMemory& m = layout.memory;
    table.rows.push_back({std::to_string(layout.ranks), bytes(m.weights), bytes(m.file), bytes(m.trunk),
                          bytes(m.players), bytes(m.batch), bytes(m.cache), bytes(m.freed), bytes(m.program),
                          bytes(m.sum()), layout.fits ? "yes" : "no",
                          layout.most_rows > 0 ? std::to_string(layout.most_rows) : "-"});
  }
  return to_plain_text(table);
}

std::string time_table(const LayoutPlan& plan) {
  Table table{
      .name = "time",
      .title = fmt::format("exchange of a unit, and time on {} device{}", plan.devices,
                           plan.devices == 1 ? "" : "s"),
      .note = "",
      .columns = {"ranks", "groups", "all-reduces", "sent by a rank", "a unit", "of it exchange", "sweep"},
      .rows = {}};
  for (const Layout& layout : plan.layouts) {
    const bool alone = layout.ranks == 1;
    table.rows.push_back(
        {std::to_string(layout.ranks), layout.groups > 0 ? std::to_string(layout.groups) : "-",
         alone ? "-" : fmt::format("{:.0f}", layout.exchange.count),
         alone ? "-" : bytes(layout.exchange.sent_bytes(layout.ranks)), seconds_text(layout.unit_seconds),
         alone ? "-" : fmt::format("{:.1f} %", 100.0 * layout.unit_exchange_seconds / layout.unit_seconds),
         layout.groups > 0 ? seconds_text(layout.sweep_seconds) : "too few devices"});
  }
  return to_plain_text(table);
}

std::string basis_text(const Figure& figure) {
  return fmt::format("{}", name_of(figure.basis));
}

std::string speed_line(const LayoutPlan& plan) {
  return plan_line(
      "reckoned with",
      fmt::format("{} ({}) FLOP/s of products, {} of it reached ({}); links {}/s within a node ({}), {}/s "
                  "between nodes ({})",
                  with_prefix(plan.speed.value, ""), basis_text(plan.speed),
                  fmt::format("{:.0f} %", 100.0 * plan.profile.share_of_peak.value),
                  basis_text(plan.profile.share_of_peak),
                  with_prefix(plan.profile.within_node.bytes_per_second.value, "B"),
                  basis_text(plan.profile.within_node.bytes_per_second),
                  with_prefix(plan.profile.between_nodes.bytes_per_second.value, "B"),
                  basis_text(plan.profile.between_nodes.bytes_per_second)));
}

std::string form_line(const LayoutPlan& plan) {
  const std::string kernel = plan.kernel == ProductKernel::library
                                 ? std::string{"the library"}
                                 : fmt::format("{}, weights of {} bfloat16 part{}", name_of(plan.kernel),
                                               plan.stored.parts, plan.stored.parts == 1 ? "" : "s");
  return plan_line("weights", fmt::format("{} bytes a number in the checkpoint; products by {}",
                                          plan.stored.bytes, kernel));
}

std::string nothing_fits(const LayoutPlan& plan) {
  const auto enough = std::find_if(plan.layouts.begin(), plan.layouts.end(),
                                   [](const Layout& layout) { return layout.fits; });
  if (enough != plan.layouts.end())
    return plan_line(
        "layout",
        fmt::format("none: {} device{} are fewer than the {} ranks of the smallest group that fits; "
                    "give more (--devices)",
                    plan.devices, plan.devices == 1 ? "" : "s", enough->ranks));
  const auto least =
      std::min_element(plan.layouts.begin(), plan.layouts.end(),
                       [](const Layout& a, const Layout& b) { return a.memory.sum() < b.memory.sum(); });
  return plan_line(
      "layout",
      fmt::format("none fits: {} ranks still need {} each; try larger groups (--most-ranks), smaller units "
                  "(--unit-samples), --dtype bfloat16, --weights stored, or devices with more memory",
                  least->ranks, bytes(least->memory.sum())));
}

std::string reason(const LayoutPlan& plan, const Layout& best) {
  if (plan.asked_ranks > 1) return "as given by --tensor-parallel";
  std::string text = "the least time of those that fit";
  if (best.ranks == 1) return text + ": one rank holds the model, so nothing is exchanged";
  if (!plan.layouts.front().fits)
    text += fmt::format("; one rank would need {}", bytes(plan.layouts.front().memory.sum()));
  return text;
}

std::string launch_lines(const LayoutPlan& plan, const Layout& best) {
  const int ranks = best.ranks * best.groups;
  const std::string option = best.ranks > 1 ? fmt::format(" --tensor-parallel {}", best.ranks) : "";
  const int per_node = std::min(ranks, plan.profile.devices_per_node);
  return plan_line("start it by", fmt::format("mpirun -n {} harsanyi sweep ...{}", ranks, option)) +
         plan_line("or, in Slurm",
                   fmt::format("srun -n {} --ntasks-per-node={}{} harsanyi sweep ...{}", ranks, per_node,
                               plan.profile.kind == DeviceKind::gpu ? " --gpus-per-task=1" : "", option));
}

}  // namespace

std::string layout_text(const LayoutPlan& plan) {
  std::string text = fmt::format("\nlayouts on {}\n", plan.profile.name);
  text += form_line(plan) + speed_line(plan) + "\n";
  text += memory_table(plan) + "\n" + time_table(plan) + "\n";
  if (!plan.best) return text + nothing_fits(plan);
  const Layout& best = plan.layouts[*plan.best];
  text +=
      plan_line("layout", fmt::format("{} group{} of {} rank{}: {}", best.groups, best.groups == 1 ? "" : "s",
                                      best.ranks, best.ranks == 1 ? "" : "s", reason(plan, best)));
  return text + launch_lines(plan, best);
}

}  // namespace harsanyi
