#pragma once

#include <string>

namespace harsanyi {

/// Before MKL's first call: results that depend neither on the number of threads nor on alignment
/// (oneMKL, "Conditional Numerical Reproducibility"; docs/decisions/bits-of-a-product.md). What the user sets
/// in MKL_CBWR stands.
void fix_blas_mode();

/// The setting in force; "default" where there is none.
[[nodiscard]] std::string blas_mode();

}  // namespace harsanyi
