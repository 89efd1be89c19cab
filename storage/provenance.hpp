#pragma once

#include <map>
#include <string>

namespace harsanyi {

/// Facts written beside the numbers that do not decide them: program version, command line, configuration,
/// libraries, number of ranks, UTC time of creation. Kept as string attributes.
using Provenance = std::map<std::string, std::string>;

}  // namespace harsanyi
