// libtorch's part for GPUs: it registers that there is one, when it is loaded, as the real one does.

#include <ATen/detail/CUDAHooksInterface.h>

namespace {

// The name under which libtorch looks for it.
struct CUDAHooks final : at::CUDAHooksInterface {
  explicit CUDAHooks(at::CUDAHooksArgs /*none*/) {}
  bool hasCUDA() const override { return true; }
};

using at::CUDAHooksRegistry;
using at::RegistererCUDAHooksRegistry;
REGISTER_CUDA_HOOKS(CUDAHooks)

}  // namespace
