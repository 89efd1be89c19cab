#include "partition/plan/layout.hpp"

#include <algorithm>
#include <cmath>

#include "partition/plan/unit_rows.hpp"

namespace harsanyi {
namespace {

constexpr double kFloat = 4.0;

/// Batches of one game layer, and the last layer's runs of waiting copies, of a unit.
struct Batches {
  double coalitions = 0.0;  ///< C
  double copies = 1.0;      ///< c
  double count = 0.0;       ///< B

  Batches(const SweepUnit& unit, const UnitRows& rows, const MemoryForm& form, int players)
      : coalitions{static_cast<double>(masked_coalitions(unit, players))},
        copies{std::clamp(std::floor(static_cast<double>(form.rows_together) / rows.all), 1.0,
                          std::max(coalitions, 1.0))},
        count{std::ceil(coalitions / copies)} {}

  /// @param waiting  rows of all copies
  [[nodiscard]] double last_runs(const UnitRows& rows, double waiting) const {
    const double of_batch = copies * rows.samples;
    return std::ceil(waiting / (std::ceil(kWaitingRows / of_batch) * of_batch));
  }
};

struct Work {
  double flops = 0.0;
  double weight_bytes = 0.0;  ///< read from memory
  Exchange exchange{};
};

/// Seconds of compute and of exchange.
struct Seconds {
  double compute = 0.0;
  double exchange = 0.0;
  [[nodiscard]] double sum() const noexcept { return compute + exchange; }
};

/// The work of units for one group size.
class GroupOf {
 public:
  GroupOf(const LayoutRequest& request, int ranks)
      : request_{request}, ranks_{ranks}, part_{largest_part(request.model, ranks)}, form_{request.form} {
    form_.divided = ranks > 1;
  }

  [[nodiscard]] RankMemory memory(std::size_t unit) const {
    const SweepUnit& u = request_.plan.units[unit];
    if (request_.new_tokens > 0)
      return generation_memory_of(lengths_of(request_.tokens, u.samples), request_.new_tokens, part_, form_);
    return memory_of(u, part_, form_, request_.game, request_.tokens, request_.prefixes[unit]);
  }

  [[nodiscard]] Work trunk(std::size_t unit) const {
    if (request_.new_tokens > 0) return {};
    const SweepUnit& u = request_.plan.units[unit];
    return {.flops = cost(unit).trunk_flops,
            .weight_bytes = request_.model.layers * layer_bytes(),
            .exchange = exchange(u, unit).trunk};
  }

  [[nodiscard]] Work games(std::size_t unit) const {
    const SweepUnit& u = request_.plan.units[unit];
    if (request_.new_tokens > 0) return generation(u);
    const UnitRows rows = unit_rows(lengths_of(request_.tokens, u.samples), request_.prefixes[unit]);
    const Batches batches{u, rows, request_.form, request_.game.players};
    double passes = 0.0;
    for (const LayerId layer : u.layers) passes += batches.count * (request_.model.layers - layer.index());
    const UnitCost all = cost(unit);
    return {.flops = all.flops - all.trunk_flops,
            .weight_bytes = passes * layer_bytes(),
            .exchange = exchange(u, unit).games};
  }

  [[nodiscard]] Seconds seconds(const Work& work) const {
    const Device& device = request_.device;
    const Link& link = ranks_ <= device.devices_per_node ? device.within_node : device.between_nodes;
    return {std::max(work.flops / device.flops_per_second, work.weight_bytes / device.bytes_per_second),
            ranks_ == 1 ? 0.0 : work.exchange.seconds(ranks_, link)};
  }

 private:
  [[nodiscard]] UnitCost cost(std::size_t unit) const {
    return cost_of(request_.plan.units[unit], part_, request_.game.players, request_.tokens,
                   request_.prefixes[unit]);
  }
  [[nodiscard]] UnitExchange exchange(const SweepUnit& u, std::size_t unit) const {
    return exchange_of(u, request_.model, request_.form, request_.game, request_.tokens,
                       request_.prefixes[unit], request_.labels);
  }
  [[nodiscard]] double layer_bytes() const {
    const double per_entry = request_.form.matrix > 0.0 ? request_.form.matrix : request_.form.file;
    return per_entry * static_cast<double>(part_.layer_parameters());
  }
  /// Of answers that are generated: a pass over the prompts and a step for each new token, for every value.
  [[nodiscard]] Work generation(const SweepUnit& u) const {
    const UnitRows rows = unit_rows(lengths_of(request_.tokens, u.samples), 0);
    const auto games = static_cast<double>(u.layers.size() * u.coalitions.size());
    const double steps = games * (1.0 + request_.new_tokens);
    const double reductions = 2.0 * request_.model.layers + 1;
    const double all_rows = rows.all + rows.samples * request_.new_tokens;
    return {.flops = generation_cost_of(u, part_, request_.tokens, request_.new_tokens).flops,
            .weight_bytes = steps * request_.model.layers * layer_bytes(),
            .exchange = {steps * reductions, games * reductions * all_rows * kFloat *
                                                 static_cast<double>(request_.model.hidden)}};
  }

  const LayoutRequest& request_;
  int ranks_;
  ModelShape part_;
  MemoryForm form_;
};

Layout layout_of(const LayoutRequest& request, int ranks) {
  const GroupOf group{request, ranks};
  Layout layout{.ranks = ranks, .groups = request.devices / ranks};
  double all = 0.0;
  double longest = 0.0;
  for (std::size_t unit = 0; unit < request.plan.units.size(); ++unit) {
    const bool first_of_samples =
        unit == 0 || request.plan.units[unit].samples != request.plan.units[unit - 1].samples;
    const Work trunk = group.trunk(unit);
    const Work games = group.games(unit);
    const Seconds of_trunk = group.seconds(trunk);
    const Seconds of_games = group.seconds(games);
    all += of_games.sum() + (first_of_samples ? of_trunk.sum() : 0.0);
    if (const RankMemory memory = group.memory(unit); memory.sum() > layout.memory.sum())
      layout.memory = memory;
    if (const double both = of_trunk.sum() + of_games.sum(); both > longest) {
      longest = both;
      layout.exchange = trunk.exchange;
      layout.exchange += games.exchange;
      layout.unit_seconds = both;
      layout.unit_exchange_seconds = of_trunk.exchange + of_games.exchange;
    }
  }
  layout.fits = layout.memory.sum() <= request.device.memory_bytes;
  layout.most_rows =
      most_rows_together(layout.memory, request.form.rows_together, request.device.memory_bytes);
  if (layout.groups > 0) layout.sweep_seconds = std::max(all / layout.groups, longest);
  return layout;
}

}  // namespace

UnitExchange exchange_of(const SweepUnit& unit, const ModelShape& model, const MemoryForm& form,
                         const GameMemory& game, std::span<const int> tokens, int shared_prefix,
                         double labels) {
  const UnitRows rows = unit_rows(lengths_of(tokens, unit.samples), shared_prefix);
  const Batches batches{unit, rows, form, game.players};
  const double row = kFloat * model.hidden;
  const double outputs = static_cast<double>(game.outputs_per_player) * game.players;
  const int last = model.layers - 1;
  UnitExchange exchange{.trunk = {2.0 * last + 2, row * ((2.0 * last + 1) * rows.all + rows.samples)},
                        .games = {}};
  double waiting =
      unit.coalitions.size() > static_cast<std::int64_t>(batches.coalitions) ? rows.samples : 0.0;
  if (batches.coalitions > 0) {
    for (const LayerId layer : unit.layers) {
      const bool top = layer.index() == last;
      exchange.games += {1, row * outputs * (top ? rows.samples : rows.all)};
      waiting += batches.coalitions * rows.samples;
      if (top) continue;
      const auto of_all = 2.0 * static_cast<double>(last - 1 - layer.index()) + 1;
      exchange.games +=
          {batches.count * (of_all + 1), row * batches.coalitions * (of_all * rows.all + rows.samples)};
    }
  }
  const double runs = batches.last_runs(rows, waiting);
  exchange.games += {2 * runs, waiting * (row + kFloat * (game.all_logits ? 1.0 : labels))};
  return exchange;
}

std::vector<Layout> layouts_of(const LayoutRequest& request) {
  std::vector<Layout> layouts;
  for (const int ranks : tensor_parallel_sizes(request.model, request.most_ranks))
    layouts.push_back(layout_of(request, ranks));
  return layouts;
}

std::optional<std::size_t> best_layout(std::span<const Layout> layouts, int ranks) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < layouts.size(); ++i) {
    if (!layouts[i].possible() || (ranks > 0 && layouts[i].ranks != ranks)) continue;
    if (!best || layouts[i].sweep_seconds < layouts[*best].sweep_seconds) best = i;
  }
  return best;
}

}  // namespace harsanyi
