#pragma once

#include <string>

namespace harsanyi {

/// Loads libharsanyi_engine.so from lib/ beside the program's bin/ and asks what it is made of: libtorch,
/// BLAS, instruction set. libtorch stays out of every other command that does not compute.
/// @throws ModelError  with the loader's reason
[[nodiscard]] std::string engine_description();

}  // namespace harsanyi
