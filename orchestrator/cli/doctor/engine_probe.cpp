#include "orchestrator/cli/doctor/engine_probe.hpp"

#include <filesystem>

#include <dlfcn.h>
#include <fmt/format.h>

#include "partition/base/error.hpp"

namespace harsanyi {

std::string engine_description() {
  const auto program = std::filesystem::read_symlink("/proc/self/exe");
  const auto library = program.parent_path().parent_path() / "lib" / "libharsanyi_engine.so";
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (handle == nullptr) throw ModelError{fmt::format("cannot load the engine: {}", dlerror())};
  // Never unloaded: libtorch does not survive it.
  const auto describe = reinterpret_cast<const char* (*)()>(dlsym(handle, "harsanyi_engine_description"));
  if (describe == nullptr) throw ModelError{fmt::format("{} is no engine: {}", library.string(), dlerror())};
  return describe();
}

}  // namespace harsanyi
