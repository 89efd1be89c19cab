#include "worker/model/device.hpp"

#include <array>
#include <cstdlib>
#include <optional>
#include <vector>

#include <ATen/Context.h>
#include <dlfcn.h>
#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/model/gpu_steps.hpp"

namespace harsanyi {
namespace {

/// The GPUs that this process sees, by the driver's own interface: there on every machine with a GPU, and
/// quick to ask.
std::vector<std::string> visible_gpus() {
  void* driver = ::dlopen("libcuda.so.1", RTLD_NOW | RTLD_LOCAL);
  if (driver == nullptr) return {};
  const auto function = [driver]<class Function>(const char* name, Function*) {
    return reinterpret_cast<Function*>(::dlsym(driver, name));
  };
  const auto init = function("cuInit", static_cast<int (*)(unsigned)>(nullptr));
  const auto count_of = function("cuDeviceGetCount", static_cast<int (*)(int*)>(nullptr));
  const auto name_of_gpu = function("cuDeviceGetName", static_cast<int (*)(char*, int, int)>(nullptr));
  int count = 0;
  if (init == nullptr || count_of == nullptr || name_of_gpu == nullptr || init(0) != 0 ||
      count_of(&count) != 0)
    return {};
  std::vector<std::string> names;
  for (int gpu = 0; gpu < count; ++gpu) {
    std::array<char, 256> name{};
    if (name_of_gpu(name.data(), static_cast<int>(name.size()) - 1, gpu) != 0) return {};
    names.emplace_back(name.data());
  }
  return names;
}

/// Sums of products of 16-bit numbers stay float32 all the way.
void require_wide_sums() {
  at::globalContext().setAllowBF16ReductionCuBLAS(false);
  at::globalContext().setAllowFP16ReductionCuBLAS(false);
}

/// Before anything asks libtorch for a GPU: it takes the first answer for good.
void load_cuda_part() {
  if (::dlopen("libtorch_cuda.so", RTLD_NOW | RTLD_GLOBAL) != nullptr && at::hasCUDA()) return;
  const char* reason = ::dlerror();
  throw ConfigError{fmt::format(
      "a GPU is there, but libtorch's part for it cannot be loaded: {}; install the NVIDIA "
      "packages that torch names into the environment of the program (tools/setup.sh --gpu does), or "
      "choose --device cpu",
      reason == nullptr ? "it registers no GPU" : reason)};
}

Device open_gpu(const std::vector<std::string>& gpus, int rank_on_node,
                const std::filesystem::path& libraries) {
  load_cuda_part();
  require_wide_sums();
  const auto index = static_cast<std::size_t>(rank_on_node) % gpus.size();
  const at::Device place{at::kCUDA, static_cast<c10::DeviceIndex>(index)};
  const std::string name = "gpu: " + gpus[index];
  const gpu::Kernels* kernels = gpu_kernels(libraries);
  if (kernels == nullptr) return {.place = place, .steps = operator_steps(place), .name = name};
  return {place, gpu_steps(*kernels, place), gpu_stage_meter(*kernels, place), name};
}

}  // namespace

Device open_device(DeviceChoice choice, int rank_on_node, const std::filesystem::path& libraries) {
  if (choice == DeviceChoice::operators)
    return {.place = at::kCPU, .steps = operator_steps(at::kCPU), .name = "cpu, operators"};
  if (choice == DeviceChoice::cpu) return {};
  const std::vector<std::string> gpus = visible_gpus();
  if (!gpus.empty()) return open_gpu(gpus, rank_on_node, libraries);
  if (choice == DeviceChoice::automatic) return {};
  const char* visible = std::getenv("CUDA_VISIBLE_DEVICES");
  throw ConfigError{fmt::format(
      "--device gpu, but this rank sees no NVIDIA GPU (CUDA_VISIBLE_DEVICES is {}); ask Slurm for one "
      "(--gpus-per-task=1), or choose --device cpu",
      visible == nullptr ? "not set" : fmt::format("'{}'", visible))};
}

std::string cublas_mode() {
  const char* mode = std::getenv("CUBLAS_WORKSPACE_CONFIG");
  return mode == nullptr ? "default" : mode;
}

at::Tensor on(at::Device place, const at::Tensor& tensor) {
  if (tensor.device() == place) return tensor;
  return tensor.pin_memory().to(place, /*non_blocking=*/true);
}

at::Tensor on_host(const at::Tensor& tensor) {
  return tensor.to(at::kCPU).contiguous();
}

}  // namespace harsanyi
