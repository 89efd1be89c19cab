#include "orchestrator/job/memory_form.hpp"

#include <cstring>
#include <fstream>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/support/temp_folder.hpp"

namespace harsanyi {
namespace {

constexpr StoredNumbers kBfloat16{.bytes = 2, .parts = 1};
constexpr StoredNumbers kFloat16{.bytes = 2, .parts = 2};
constexpr StoredNumbers kFloat32{.bytes = 4, .parts = 3};

constexpr ModelShape kShape{.hidden = 4096, .query_heads = 32, .kv_heads = 8, .head_size = 128};

MemoryForm on_cpu(ProductKernel kernel, const StoredNumbers& stored, const ComputeOptions& options = {}) {
  return memory_form(options, DeviceKind::cpu, kernel, stored, kShape);
}

TEST(MemoryForm, OfAmxIsTwoBytesAPartUnlessLongRowsStayWithPacked) {
  EXPECT_EQ(on_cpu(ProductKernel::amx, kBfloat16).matrix, 2.0);
  EXPECT_EQ(on_cpu(ProductKernel::amx, kFloat16).long_matrix, 4.0);
  EXPECT_EQ(on_cpu(ProductKernel::amx, kFloat32).matrix, 6.0);
  EXPECT_EQ(on_cpu(ProductKernel::amx, kFloat32).long_matrix, 4.0);
  EXPECT_EQ(on_cpu(ProductKernel::amx, kFloat32).packed_row, 6.0);
}

TEST(MemoryForm, LeavesFloat32InTheFile) {
  const MemoryForm wide = on_cpu(ProductKernel::packed, kFloat32);
  EXPECT_EQ(wide.matrix, 4.0);
  EXPECT_EQ(wide.plain_output, 0.0);
  EXPECT_TRUE(wide.plain_in_file);
  EXPECT_EQ(wide.table, 0.0);
  EXPECT_EQ(wide.file, 4.0);
  EXPECT_EQ(on_cpu(ProductKernel::library, kFloat32).matrix, 0.0);
  const MemoryForm narrow = on_cpu(ProductKernel::packed, kBfloat16);
  EXPECT_EQ(narrow.plain_output, 4.0);
  EXPECT_FALSE(narrow.plain_in_file);
  EXPECT_EQ(narrow.table, 4.0);
  EXPECT_EQ(narrow.file, 2.0);
  EXPECT_EQ(on_cpu(ProductKernel::library, kBfloat16).plain_output, 0.0);
}

TEST(MemoryForm, OnAGpuIsTheTypeItselfAndTablesInFloat32) {
  const MemoryForm form = memory_form({.dtype = ComputeType::bfloat16}, DeviceKind::gpu,
                                      ProductKernel::library, kBfloat16, kShape);
  EXPECT_EQ(form.matrix, 2.0);
  EXPECT_EQ(form.table, 4.0);
  EXPECT_EQ(form.file, 0.0);
  EXPECT_EQ(form.product, 2.0);
  EXPECT_FALSE(form.keeps_freed);
  EXPECT_EQ(form.rows_together, gpu_continuation_rows(kShape.hidden));
}

TEST(MemoryForm, OnAGpuHasAttentionMapsWhereNoKernelIsMadeForTheHeads) {
  const auto by_operators = [](int head_size) {
    ModelShape shape = kShape;
    shape.head_size = head_size;
    return memory_form({}, DeviceKind::gpu, ProductKernel::parts, kBfloat16, shape).by_operators;
  };
  EXPECT_FALSE(by_operators(128));
  EXPECT_TRUE(by_operators(96));
}

TEST(MemoryForm, OfPartsOnAGpuIsTwoBytesAPartAndThreeTimesThatForShortRowsOfOne) {
  const auto on_gpu = [](const StoredNumbers& stored) {
    return memory_form({}, DeviceKind::gpu, ProductKernel::parts, stored, kShape);
  };
  EXPECT_EQ(on_gpu(kBfloat16).long_matrix, 2.0);
  EXPECT_EQ(on_gpu(kBfloat16).matrix, 6.0);
  EXPECT_EQ(on_gpu(kBfloat16).plain_output, 0.0);
  EXPECT_EQ(on_gpu(kFloat16).matrix, 4.0);
  EXPECT_EQ(on_gpu(kFloat32).long_matrix, 6.0);
  EXPECT_EQ(on_gpu(kFloat32).plain_output, 4.0);
  EXPECT_EQ(on_gpu(kBfloat16).packed_row, 6.0);
}

TEST(MemoryForm, OfStoredWeightsIsTheFileAndOneMatrixInUse) {
  const ComputeOptions options{.weights = WeightStorage::stored};
  const MemoryForm form = on_cpu(ProductKernel::packed, kBfloat16, options);
  EXPECT_EQ(form.matrix, 0.0);
  EXPECT_EQ(form.table, 0.0);
  EXPECT_EQ(form.at_use, 8.0);  // widened, then packed
  EXPECT_EQ(on_cpu(ProductKernel::packed, kFloat32, options).at_use, 4.0);
  const MemoryForm on_gpu = memory_form({.dtype = ComputeType::float32, .weights = WeightStorage::stored},
                                        DeviceKind::gpu, ProductKernel::library, kBfloat16, kShape);
  EXPECT_EQ(on_gpu.matrix, 2.0);
  EXPECT_EQ(on_gpu.table, 2.0);
  EXPECT_EQ(on_gpu.at_use, 4.0);
}

TEST(StoredNumbers, AreLookedUpInTheCheckpointAndElseInItsConfiguration) {
  const test::TempFolder folder;
  std::ofstream{folder / "config.json"} << R"({"torch_dtype": "float16"})";
  EXPECT_EQ(stored_numbers(folder.path()).parts, 2);
  EXPECT_EQ(stored_numbers(folder / "config.json").bytes, 2);
  const auto write = [&](const std::vector<float>& numbers) {
    const std::string header = fmt::format(
        R"({{"model.layers.0.mlp.gate_proj.weight":{{"dtype":"F32","shape":[{}],"data_offsets":[0,{}]}}}})",
        numbers.size(), 4 * numbers.size());
    const std::uint64_t size = header.size();
    std::ofstream file{folder / "model.safetensors", std::ios::binary};
    file.write(reinterpret_cast<const char*>(&size), sizeof size);
    file << header;
    file.write(reinterpret_cast<const char*>(numbers.data()),
               static_cast<std::streamsize>(numbers.size() * sizeof(float)));
  };
  write({0.0F, 1.0F, -1.5F});  // 8 bits and fewer
  EXPECT_EQ(stored_numbers(folder.path()).bytes, 4);
  EXPECT_EQ(stored_numbers(folder.path()).parts, 1);
  write({1.0F, 1.0F + 1.0F / 1024});  // 11 bits
  EXPECT_EQ(stored_numbers(folder.path()).parts, 2);
  write({1.0F, 0.1F});
  EXPECT_EQ(stored_numbers(folder.path()).parts, 3);
}

TEST(KernelOf, IsWhatTheProfileHasSpeedsOfUnlessNamed) {
  DeviceProfile profile;
  EXPECT_EQ(kernel_of({}, profile), ProductKernel::packed);
  profile.flops_per_second["float32 amx 1"] = {};
  EXPECT_EQ(kernel_of({}, profile), ProductKernel::amx);
  EXPECT_EQ(kernel_of({.kernel = ProductKernel::library}, profile), ProductKernel::library);
  profile.kind = DeviceKind::gpu;
  EXPECT_EQ(kernel_of({}, profile), ProductKernel::parts);
  EXPECT_EQ(kernel_of({.dtype = ComputeType::bfloat16}, profile), ProductKernel::library);
}

}  // namespace
}  // namespace harsanyi
