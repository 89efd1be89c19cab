// Loads what one rank of a worker group holds of a model, reads every byte of it, and prints as JSON what
// that took.
//
//   load_part FOLDER RANKS RANK
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "worker/model/weights.hpp"

namespace {

using namespace harsanyi;

/// A line of /proc/self/status in bytes.
std::int64_t memory(const std::string& name) {
  std::ifstream status{"/proc/self/status"};
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(name + ":")) return std::atoll(line.c_str() + name.size() + 1) * 1024;
  return 0;
}

/// The sum of one byte of every page, so that the page is there.
std::int64_t touch(const at::Tensor& tensor) {
  if (!tensor.defined()) return 0;
  constexpr std::size_t kPage = 4096;
  const auto* bytes = static_cast<const unsigned char*>(tensor.const_data_ptr());
  std::int64_t sum = 0;
  for (std::size_t i = 0; i < tensor.nbytes(); i += kPage) sum += bytes[i];
  return sum;
}

std::int64_t touch(const Weights& weights) {
  std::int64_t sum =
      touch(weights.embedding_Vd) + touch(weights.unembedding_Vd) + touch(weights.final_norm_d);
  for (const LayerWeights& w : weights.layers)
    for (const Matrix* matrix :
         {&w.q_proj, &w.k_proj, &w.v_proj, &w.o_proj, &w.gate_proj, &w.up_proj, &w.down_proj})
      sum += touch(matrix->plain());
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: load_part FOLDER RANKS RANK\n";
    return 2;
  }
  try {
    const ModelConfig config = read_model_config(argv[1]);
    const TensorShard shard = tensor_shard(config.shape, std::atoi(argv[2]), std::atoi(argv[3]));
    const std::int64_t before = memory("VmHWM");
    const auto start = std::chrono::steady_clock::now();
    const Weights weights = load_weights(argv[1], config, WeightStorage::stored, {}, at::kCPU, shard);
    const std::int64_t sum = touch(weights);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    std::cout << fmt::format(
        R"({{"part_bytes": {}, "peak_bytes": {}, "before_bytes": {}, "seconds": {:.2f}, "sum": {}}})"
        "\n",
        bytes_of(weights), memory("VmHWM"), before, seconds.count(), sum);
    return 0;
  } catch (const Error& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
