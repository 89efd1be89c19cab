#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace harsanyi {

/// The identity's fact on a method: "gac; layers 0-3; layers all", with the layers of each model in order.
[[nodiscard]] std::string method_fact(std::string_view method, const std::vector<std::string>& layers);

/// Its inverse: the method, and [models] layers.
[[nodiscard]] std::pair<std::string, std::vector<std::string>> split_method_fact(std::string_view fact);

}  // namespace harsanyi
