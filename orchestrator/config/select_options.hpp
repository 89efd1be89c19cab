#pragma once

#include <filesystem>

#include "orchestrator/config/option_set.hpp"
#include "partition/game/conventions.hpp"

namespace harsanyi {

/// select: choose the salient group of every layer.
struct SelectOptions {
  std::filesystem::path cube;
  std::filesystem::path groups = "groups.h5";
  SelectionRule rule = SelectionRule::max_dividend;
  Orientation orientation = Orientation::present;
  ZeroRule zero = ZeroRule::none;
  EditedHeads edited = EditedHeads::outside_group;
  bool overwrite = false;
};

void describe(OptionSet& set, SelectOptions& options);

}  // namespace harsanyi
