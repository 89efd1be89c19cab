#include "orchestrator/run/engine_library.hpp"

#include <array>
#include <system_error>

#include <dlfcn.h>
#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/shared_library.hpp"

namespace harsanyi {

EngineLibrary::EngineLibrary(const std::filesystem::path& file) {
  void* library = dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw ModelError{fmt::format(
        "cannot load the engine: {}; build the target harsanyi_engine, or install again", last_load_error())};
  create_ = function_of<Create, ModelError>(library, "harsanyi_engine_create", file);
  description_ = function_of<Description, ModelError>(library, "harsanyi_engine_description", file);
  product_speed_ = function_of<ProductSpeed, ModelError>(library, "harsanyi_engine_product_speed", file);
}

std::unique_ptr<Engine> EngineLibrary::create(const std::filesystem::path& model_folder,
                                              const EngineOptions& options) const {
  std::array<char, 4096> error{};
  std::unique_ptr<Engine> engine{create_(model_folder.c_str(), &options, error.data(), error.size())};
  error.back() = '\0';
  if (!engine)
    throw ModelError{error.front() != '\0' ? error.data() : "the engine failed and gave no reason"};
  return engine;
}

std::string EngineLibrary::description() const {
  return description_();
}

double EngineLibrary::product_speed(ComputeType type, int threads) const {
  return product_speed_(type, threads);
}

std::filesystem::path engine_library_path() {
  std::error_code problem;
  const auto program = std::filesystem::read_symlink("/proc/self/exe", problem);
  if (problem)
    throw ModelError{
        fmt::format("cannot tell where this program lies: {}; is /proc mounted?", problem.message())};
  return program.parent_path().parent_path() / "lib" / "libharsanyi_engine.so";
}

const EngineLibrary& engine_library() {
  static const EngineLibrary library{engine_library_path()};
  return library;
}

std::unique_ptr<Engine> load_engine_from_library(const std::filesystem::path& model_folder,
                                                 const EngineOptions& options) {
  return engine_library().create(model_folder, options);
}

}  // namespace harsanyi
