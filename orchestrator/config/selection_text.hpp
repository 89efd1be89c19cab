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

/// Some layers of a model, all of them or none: "all", "0-3,7", "none".
class LayerList {
 public:
  LayerList() = default;  ///< all layers
  [[nodiscard]] static std::optional<LayerList> parse(std::string_view text);
  [[nodiscard]] static LayerList of(const std::vector<int>& layers);
  [[nodiscard]] std::string text() const;

  /// [layers] true where a layer is named. @throws ConfigError  if a named layer does not exist in the model.
  [[nodiscard]] std::vector<bool> among(int layers) const;

  friend bool operator==(const LayerList&, const LayerList&) = default;

 private:
  struct Span {
    int first = 0;
    int last = 0;  ///< included
    friend bool operator==(const Span&, const Span&) = default;
  };
  bool all_ = true;
  std::vector<Span> spans_;  ///< of some layers
};

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
