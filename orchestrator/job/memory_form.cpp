#include "orchestrator/job/memory_form.hpp"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <string>

#include <fmt/format.h>

#include "partition/json/bounded_json.hpp"
#include "worker/model/checkpoint.hpp"
#include "worker/model/gpu/kernels.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

constexpr double kFloat = 4.0;
constexpr const char* kLooked = "model.layers.0.mlp.gate_proj.weight";

/// Parts of a float32 number: 8 bits of its 24 each.
int parts_of(float number) {
  const auto bits = std::bit_cast<std::uint32_t>(number);
  const int zeros = std::countr_zero(bits | 0x800000U);
  return zeros >= 16 ? 1 : zeros >= 8 ? 2 : 3;
}

int parts_of(std::span<const std::byte> bytes) {
  constexpr std::size_t kNumbers = 4096;
  int parts = 1;
  const std::size_t count = std::min(kNumbers, bytes.size() / sizeof(float));
  for (std::size_t i = 0; i < count; ++i) {
    float number = 0.0F;
    std::memcpy(&number, bytes.data() + i * sizeof number, sizeof number);
    parts = std::max(parts, parts_of(number));
  }
  return parts;
}

StoredNumbers numbers_of(const StoredTensor& tensor) {
  if (tensor.type == StoredType::bf16) return {.bytes = 2, .parts = 1};
  if (tensor.type == StoredType::f16) return {.bytes = 2, .parts = 2};
  return {.bytes = 4, .parts = parts_of(tensor.bytes)};
}

StoredNumbers numbers_in_config(const fs::path& config) {
  const auto json = read_json(config);
  for (const char* key : {"torch_dtype", "dtype"}) {
    if (!json.contains(key)) continue;
    if (json[key] == "float32") return {.bytes = 4, .parts = 3};
    if (json[key] == "float16") return {.bytes = 2, .parts = 2};
    break;
  }
  return {};
}

/// Bytes of an entry that AMX takes: of long rows of three parts MKL's (worker/model/weight_product.cpp).
double amx_bytes(int parts, bool long_rows) {
  return long_rows && parts == 3 ? kFloat : 2.0 * parts;
}

/// On a GPU (worker/model/parts_product.cpp). Short rows of one part meet three copies of their weights.
void use_parts(MemoryForm& form, const StoredNumbers& stored) {
  form.long_matrix = 2.0 * stored.parts;
  form.matrix = stored.parts == 1 ? 6.0 : form.long_matrix;
  form.plain_output = stored.bytes == 2 && stored.parts == 1 ? 0.0 : stored.bytes;
  form.packed_row = 6.0;
}

void use_kernel(MemoryForm& form, ProductKernel kernel, const StoredNumbers& stored) {
  const double copied = stored.bytes == 4 ? 0.0 : kFloat;  // float32 stays in the file
  if (kernel == ProductKernel::library) {
    form.matrix = form.long_matrix = copied;
    return;
  }
  form.plain_output = copied;
  form.plain_in_file = copied == 0.0;
  form.matrix = form.long_matrix = kFloat;
  if (kernel != ProductKernel::amx) return;
  form.matrix = amx_bytes(stored.parts, false);
  form.long_matrix = amx_bytes(stored.parts, true);
  form.packed_row = 6.0;
}

/// Weights stay as they are and are converted each time. @param packs  whether the kernel has a form of its
/// own
void keep_stored(MemoryForm& form, DeviceKind kind, bool packs, double stored_bytes) {
  form.at_use = (packs ? form.matrix : 0.0) + (stored_bytes == form.product ? 0.0 : form.product);
  const double kept = kind == DeviceKind::gpu ? stored_bytes : 0.0;
  form.matrix = form.long_matrix = form.table = kept;
  form.plain_output = 0.0;
  form.plain_in_file = false;  // with all others
}

}  // namespace

StoredNumbers stored_numbers(const fs::path& model) {
  if (!fs::is_directory(model)) return numbers_in_config(model);
  if (!fs::exists(model / "model.safetensors") && !fs::exists(model / "model.safetensors.index.json"))
    return numbers_in_config(model / "config.json");
  const Checkpoint checkpoint = Checkpoint::open(model);
  for (const SafetensorsFile& file : checkpoint.files())
    if (const auto found = file.tensors().find(kLooked); found != file.tensors().end())
      return numbers_of(found->second);
  return numbers_in_config(model / "config.json");
}

ProductKernel kernel_of(const ComputeOptions& options, const DeviceProfile& profile) {
  if (options.kernel != ProductKernel::automatic) return options.kernel;
  if (profile.kind == DeviceKind::gpu)
    return options.dtype == ComputeType::float32 ? ProductKernel::parts : ProductKernel::library;
  return profile.flops_per_second.contains("float32 amx 1") ? ProductKernel::amx : ProductKernel::packed;
}

MemoryForm memory_form(const ComputeOptions& options, DeviceKind kind, ProductKernel kernel,
                       const StoredNumbers& stored, const ModelShape& shape) {
  const bool on_gpu = kind == DeviceKind::gpu;
  MemoryForm form{.rows_together = on_gpu ? gpu_continuation_rows(shape.hidden) : kContinuationRows};
  form.product = options.dtype == ComputeType::float32 ? kFloat : 2.0;
  form.by_operators =
      on_gpu && gpu::positions_of_tile(shape.head_size, shape.query_heads / shape.kv_heads, false) == 0;
  form.keeps_freed = !on_gpu;  // PyTorch's allocator for GPUs gives blocks back before it fails
  form.file = on_gpu ? 0.0 : stored.bytes;
  form.table = on_gpu || stored.bytes != 4 ? kFloat : 0.0;
  if (options.dtype == ComputeType::float32 && kernel == ProductKernel::parts)
    use_parts(form, stored);
  else if (on_gpu || options.dtype != ComputeType::float32)
    form.matrix = form.long_matrix = !on_gpu && stored.bytes == form.product ? 0.0 : form.product;
  else
    use_kernel(form, kernel, stored);
  const bool packs = options.dtype == ComputeType::float32 && kernel != ProductKernel::library;
  if (options.weights == WeightStorage::stored) keep_stored(form, kind, packs, stored.bytes);
  return form;
}

Figure product_speed(const ComputeOptions& options, const DeviceProfile& profile,
                     const StoredNumbers& stored) {
  const std::string type{name_of(options.dtype)};
  const ProductKernel kernel = kernel_of(options, profile);
  if (options.dtype == ComputeType::float32 &&
      (kernel == ProductKernel::amx || kernel == ProductKernel::parts))
    return profile.speed({fmt::format("float32 {} {}", name_of(kernel), stored.parts), type});
  return profile.speed({type, type});
}

}  // namespace harsanyi
