#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "worker/engine/engine.hpp"

namespace harsanyi {

/// The shared library that holds the engine and brings libtorch with it: loaded by the commands that compute,
/// so that the others start at once. It exports, with C linkage:
///   harsanyi::Engine* harsanyi_engine_create(const char* folder, const harsanyi::EngineOptions* options,
///                                            char* error, size_t error_size);
///   const char* harsanyi_engine_description();
///   double harsanyi_engine_product_speed(harsanyi::ComputeType type, int threads);
/// The first returns null on failure and leaves the reason in `error`; the second names versions and devices.
class EngineLibrary {
 public:
  /// Loads `file`, which stays loaded until the process ends: libtorch cannot be unloaded.
  /// @throws ModelError  if it cannot be loaded or lacks a function
  explicit EngineLibrary(const std::filesystem::path& file);

  /// @throws ModelError  with the library's reason
  [[nodiscard]] std::unique_ptr<Engine> create(const std::filesystem::path& model_folder,
                                               const EngineOptions& options) const;
  [[nodiscard]] std::string description() const;
  /// Operations per second of matrix products in `type` on this machine, 2 per multiply-add.
  [[nodiscard]] double product_speed(ComputeType type, int threads) const;

 private:
  using Create = Engine*(const char*, const EngineOptions*, char*, std::size_t);
  using Description = const char*();
  using ProductSpeed = double(ComputeType, int);
  Create* create_;
  Description* description_;
  ProductSpeed* product_speed_;
};

/// ../lib/libharsanyi_engine.so beside the running program's folder, in the build tree as after installation.
[[nodiscard]] std::filesystem::path engine_library_path();

/// The library at engine_library_path(), loaded on first use. @throws ModelError
[[nodiscard]] const EngineLibrary& engine_library();

/// One copy of the model in `model_folder`. @throws ModelError
[[nodiscard]] std::unique_ptr<Engine> load_engine_from_library(const std::filesystem::path& model_folder,
                                                               const EngineOptions& options);

}  // namespace harsanyi
