#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "partition/base/id.hpp"
#include "partition/game/coalition.hpp"

// Short texts that name layers, coalitions and tokens on the command line. Each type reads its text with
// `parse` (nothing if the text is wrong) and writes it with `text`; the two are inverse.

namespace harsanyi {

/// Some of a row of things that are numbered from 0, all of them or none: "all", "0-3,7", "none".
class IndexList {
 public:
  IndexList() = default;  ///< all
  [[nodiscard]] static std::optional<IndexList> parse(std::string_view text);
  [[nodiscard]] static IndexList of(const std::vector<int>& numbers);
  [[nodiscard]] std::string text() const;

  /// [count] true where a thing is named.
  /// @param option  that the list came from, and what it lists, for messages
  /// @throws ConfigError  if a number is named that is not among the `count`
  [[nodiscard]] std::vector<bool> among(int count, std::string_view option = "--layers",
                                        std::string_view things = "the model's layers") const;

  friend bool operator==(const IndexList&, const IndexList&) = default;

 private:
  struct Span {
    int first = 0;
    int last = 0;  ///< included
    friend bool operator==(const Span&, const Span&) = default;
  };
  bool all_ = true;
  std::vector<Span> spans_;  ///< of some
};
using LayerList = IndexList;
using SampleList = IndexList;

/// A layer and the players left unmasked in it: "3:{0,2}" = "3:0b101" = "3:5"; "3:{}" masks every player.
struct LayerCoalition {
  LayerId layer;
  Coalition present;

  [[nodiscard]] static std::optional<LayerCoalition> parse(std::string_view text);
  [[nodiscard]] std::string text() const;  ///< as "3:{0,2}"
  friend bool operator==(const LayerCoalition&, const LayerCoalition&) = default;
};

/// Token ids: "1,2,3".
struct TokenList {
  std::vector<std::int32_t> ids;

  [[nodiscard]] static std::optional<TokenList> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  friend bool operator==(const TokenList&, const TokenList&) = default;
};

}  // namespace harsanyi
