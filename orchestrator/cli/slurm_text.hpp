#pragma once

#include <string>

#include "slurm/batch_script.hpp"

namespace harsanyi {

/// What a job asks for and why, for a reader.
[[nodiscard]] std::string allocation_text(const Cluster& cluster, const Study& study, const BatchJob& job,
                                          const Need& need);

}  // namespace harsanyi
