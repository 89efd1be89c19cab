#include "orchestrator/config/selection_text.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/error.hpp"

namespace harsanyi {
namespace {

/// Largest number that a list takes: far above any layer or sample, and below trouble with sums.
constexpr int kLargestNumber = 1'000'000'000;

/// A whole number of at least 0 that takes up all of `text`.
template <class Number>
std::optional<Number> number_in(std::string_view text, int base = 10) {
  Number number{};
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (problem != std::errc{} || end != text.data() + text.size() || text.front() == '-') return std::nullopt;
  return number;
}

std::vector<std::string_view> split_at_commas(std::string_view text) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t comma = text.find(',');
    parts.push_back(text.substr(0, comma));
    if (comma == std::string_view::npos) return parts;
    text.remove_prefix(comma + 1);
  }
}

std::optional<Coalition> parse_coalition(std::string_view text) {
  if (text.starts_with('{') && text.ends_with('}')) {
    Coalition members;
    const std::string_view players = text.substr(1, text.size() - 2);
    if (players.empty()) return members;
    for (const std::string_view player : split_at_commas(players)) {
      const auto number = number_in<int>(player);
      if (!number || *number >= kMaxPlayers) return std::nullopt;
      members = members.with(PlayerId{*number});
    }
    return members;
  }
  const auto bits =
      text.starts_with("0b") ? number_in<std::uint32_t>(text.substr(2), 2) : number_in<std::uint32_t>(text);
  if (!bits || *bits >= coalition_count(kMaxPlayers)) return std::nullopt;
  return Coalition{*bits};
}

}  // namespace

std::optional<IndexList> IndexList::parse(std::string_view text) {
  IndexList list;
  if (text == "all") return list;
  list.all_ = false;
  if (text == "none") return list;
  for (const std::string_view part : split_at_commas(text)) {
    const std::size_t dash = part.find('-');
    const auto first = number_in<int>(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : number_in<int>(part.substr(dash + 1));
    if (!first || !last || *last < *first || *last > kLargestNumber) return std::nullopt;
    list.spans_.push_back({*first, *last});
  }
  return list;
}

IndexList IndexList::of(const std::vector<int>& numbers) {
  IndexList list;
  list.all_ = false;
  for (const int number : numbers) list.spans_.push_back({number, number});
  return list;
}

std::string IndexList::text() const {
  if (all_) return "all";
  if (spans_.empty()) return "none";
  std::vector<std::string> parts;
  for (const Span& span : spans_)
    parts.push_back(span.first == span.last ? std::to_string(span.first)
                                            : fmt::format("{}-{}", span.first, span.last));
  return fmt::format("{}", fmt::join(parts, ","));
}

std::vector<bool> IndexList::among(int count, std::string_view option, std::string_view things) const {
  std::vector<bool> named(static_cast<std::size_t>(count), all_);
  for (const Span& span : spans_) {
    if (span.last >= count)
      throw ConfigError{fmt::format("{} {}: {} are 0-{}", option, text(), things, count - 1)};
    std::fill(named.begin() + span.first, named.begin() + span.last + 1, true);
  }
  return named;
}

std::optional<LayerCoalition> LayerCoalition::parse(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto layer = number_in<int>(text.substr(0, colon));
  const auto present = parse_coalition(text.substr(colon + 1));
  if (!layer || !present) return std::nullopt;
  return LayerCoalition{LayerId{*layer}, *present};
}

std::string LayerCoalition::text() const {
  std::vector<int> players;
  for (int player = 0; player < kMaxPlayers; ++player)
    if (present.contains(PlayerId{player})) players.push_back(player);
  return fmt::format("{}:{{{}}}", layer.value, fmt::join(players, ","));
}

std::optional<TokenList> TokenList::parse(std::string_view text) {
  TokenList list;
  for (const std::string_view part : split_at_commas(text)) {
    const auto id = number_in<std::int32_t>(part);
    if (!id) return std::nullopt;
    list.ids.push_back(*id);
  }
  return list;
}

std::string TokenList::text() const {
  return fmt::format("{}", fmt::join(ids, ","));
}

}  // namespace harsanyi
