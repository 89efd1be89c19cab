#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// A whole set of conventions (spec gac.md section 8). Each command's `use` gives its options the values of
/// one; an option that is named itself keeps its own value.
enum class Convention {
  paper,    ///< as the GAC paper describes the method
  release,  ///< as the released code (queng12322/GAC) computes it
};

template <>
struct EnumNames<Convention> {
  static constexpr std::string_view kind = "convention";
  static constexpr std::array names{std::pair{Convention::paper, std::string_view{"paper"}},
                                    std::pair{Convention::release, std::string_view{"release"}}};
};

}  // namespace harsanyi
