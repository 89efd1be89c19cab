#pragma once

#include <optional>
#include <span>
#include <vector>

#include "partition/plan/memory.hpp"

namespace harsanyi {

/// A connection between two ranks, in one direction.
struct Link {
  double bytes_per_second = 1.0;
  double seconds = 0.0;  ///< of a message without content
};

/// What a prediction must know about the devices that ranks run on, one rank each.
struct Device {
  double memory_bytes = 0.0;
  double flops_per_second = 1.0;  ///< sustained in the engine's products
  double bytes_per_second = 1.0;  ///< of its memory
  int devices_per_node = 1;
  Link within_node;
  Link between_nodes;
};

/// All-reduces inside a worker group.
struct Exchange {
  double count = 0.0;
  double bytes = 0.0;  ///< of their tensors together, float32

  Exchange& operator+=(const Exchange& other) noexcept {
    count += other.count;
    bytes += other.bytes;
    return *this;
  }
  /// What each rank sends, by reduce-scatter and all-gather: 2 (T - 1) / T of every tensor
  /// (Thakur, Rabenseifner, Gropp 2005, section 4.5).
  [[nodiscard]] double sent_bytes(int ranks) const noexcept { return 2.0 * (ranks - 1) / ranks * bytes; }
  /// In a ring: 2 (T - 1) messages for each, one after another.
  [[nodiscard]] double seconds(int ranks, const Link& link) const noexcept {
    return 2.0 * (ranks - 1) * count * link.seconds + sent_bytes(ranks) / link.bytes_per_second;
  }
};

/// What a group exchanges for one unit. With the letters of cost.hpp and memory.hpp, B = ceil(C / c) batches
/// and t = 4 d bytes a row:
///
///   trunk   embedding and two for every full layer of R rows: 2 L - 1; one of m rows in the last
///   game    the players' outputs, a n R rows; then in B batches one for the MLP and two for every full layer
///   above, C
///           (2 (L - 2 - l) + 1) R rows in all; one of each batch in the last layer, C m rows. In the last
///           layer the players' outputs of m rows alone
///   values  one for the last MLP and one for the labels' logits, for all copies that wait together
struct UnitExchange {
  Exchange trunk;
  Exchange games;
};
/// @param labels  tokens whose logits are asked for @throws PlanError  as cost_of
[[nodiscard]] UnitExchange exchange_of(const SweepUnit& unit, const ModelShape& model, const MemoryForm& form,
                                       const GameMemory& game, std::span<const int> tokens, int shared_prefix,
                                       double labels);

/// A way to place a sweep on devices: groups of `ranks`, as many as there are devices for.
struct Layout {
  int ranks = 1;        ///< of a group
  int groups = 0;       ///< 0: fewer devices than ranks
  RankMemory memory{};  ///< of the unit and rank that need most
  bool fits = false;
  std::int64_t most_rows = 0;  ///< of one product, that the device has memory for
  Exchange exchange{};         ///< of the unit with most operations, its trunk included
  double unit_seconds = 0.0;   ///< of that unit
  double unit_exchange_seconds = 0.0;
  double sweep_seconds = 0.0;  ///< of all units, shared out evenly

  [[nodiscard]] bool possible() const noexcept { return fits && groups > 0; }
};

/// What layouts are made for. Spans and references outlive the call.
struct LayoutRequest {
  const SweepPlan& plan;
  const ModelShape& model;
  std::span<const int> tokens;    ///< [samples] prompt lengths
  std::span<const int> prefixes;  ///< [units] tokens that its prompts share
  MemoryForm form;
  GameMemory game;
  Device device;
  int devices = 1;
  int most_ranks = 8;
  double labels = 2.0;
  int new_tokens = 0;  ///< of generated answers, whose F1 is the value; 0: values of logits
};

/// One for every group size that the model can be divided into. A rank computes the part of the largest rank;
/// a unit takes
///
///   max(flops / flops_per_second, bytes of the weights it goes through / bytes_per_second) + its exchanges
///
/// and exchanges do not overlap with products. A group that does not fit into a node exchanges at the speed
/// between nodes. A trunk is computed once for the units of the same samples.
/// @throws PlanError  as cost_of
[[nodiscard]] std::vector<Layout> layouts_of(const LayoutRequest& request);

/// The one of least predicted time of those that fit; of equals the smaller group.
/// @param ranks  0: any group size
[[nodiscard]] std::optional<std::size_t> best_layout(std::span<const Layout> layouts, int ranks = 0);

}  // namespace harsanyi
