#pragma once

#include <string>

#include "storage/provenance.hpp"

namespace harsanyi {

/// Facts of this run that do not decide a number: program version, command line, configuration, UTC time.
[[nodiscard]] Provenance provenance_of(const std::string& command_line, const std::string& configuration);

}  // namespace harsanyi
