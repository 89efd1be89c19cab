#include "worker/parallel/nccl_module.hpp"

#include <array>

#include <dlfcn.h>
#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/shared_library.hpp"

namespace harsanyi {
namespace {

std::filesystem::path file_in(const std::filesystem::path& folder) {
  return folder / "libharsanyi_nccl.so";
}

void* loaded(const std::filesystem::path& folder) {
  if (!NcclModule::is_built(folder))
    throw ConfigError{fmt::format(
        "tensor parallelism on GPUs needs NCCL, and this program was built without it (there is no "
        "{}); build it where CMake finds CUDA and NCCL, or choose --device cpu",
        file_in(folder).string())};
  void* library = dlopen(file_in(folder).c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library != nullptr) return library;
  throw ConfigError{fmt::format(
      "tensor parallelism on GPUs needs NCCL (libnccl.so.2), which cannot be loaded: {}; install it, "
      "put its folder into LD_LIBRARY_PATH, or choose --device cpu",
      last_load_error())};
}

}  // namespace

bool NcclModule::is_built(const std::filesystem::path& folder) {
  return std::filesystem::exists(file_in(folder));
}

NcclModule::NcclModule(const std::filesystem::path& folder) {
  void* library = loaded(folder);
  sums_ = function_of<Sums, ConfigError>(library, "harsanyi_nccl_sums", file_in(folder));
  description_ = function_of<Description, ConfigError>(library, "harsanyi_nccl_description", file_in(folder));
}

std::unique_ptr<DeviceSums> NcclModule::sums(WorkerGroup& group, int device) const {
  std::array<char, 4096> error{};
  std::unique_ptr<DeviceSums> sums{sums_(&group, device, error.data(), error.size())};
  if (!sums) throw ConfigError{error.data()};
  return sums;
}

std::string NcclModule::description() const {
  return description_();
}

}  // namespace harsanyi
