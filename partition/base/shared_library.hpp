#pragma once

#include <filesystem>
#include <string>

#include <dlfcn.h>
#include <fmt/format.h>

namespace harsanyi {

/// Why the last call of dlopen in this thread failed.
inline std::string last_load_error() {
  const char* text = ::dlerror();
  return text != nullptr ? text : "unknown reason";
}

/// A function of a library that was loaded from `file`.
/// @throws Error  if it has none of that name
template <class Function, class Error>
[[nodiscard]] Function* function_of(void* library, const char* name, const std::filesystem::path& file) {
  void* symbol = ::dlsym(library, name);
  if (symbol == nullptr)
    throw Error{fmt::format("{} has no function {}; it belongs to another build: build and install again",
                            file.string(), name)};
  return reinterpret_cast<Function*>(symbol);
}

/// The folder of the library or program that holds `code`, an address in it; empty if that cannot be told.
inline std::filesystem::path folder_of(const void* code) {
  Dl_info info{};
  if (::dladdr(code, &info) == 0 || info.dli_fname == nullptr) return {};
  return std::filesystem::absolute(info.dli_fname).parent_path();
}

}  // namespace harsanyi
