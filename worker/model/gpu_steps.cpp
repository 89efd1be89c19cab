#include "worker/model/gpu_steps.hpp"

#include <algorithm>
#include <vector>

#include <dlfcn.h>
#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/shared_library.hpp"
#include "worker/model/device.hpp"
#include "worker/model/prompt_batch.hpp"

namespace harsanyi {
namespace {

void require_started(const char* reason) {
  if (reason != nullptr)
    throw ModelError{
        fmt::format("the GPU did not start a kernel: {}; kernels are built for compute capability 8.0 and "
                    "later, for others with "
                    "cmake -DCMAKE_CUDA_ARCHITECTURES=...; --device cpu does without",
                    reason)};
}

int index_of(const at::Tensor& tensor) {
  return tensor.device().index();
}

int width_of(const at::Tensor& x) {
  return static_cast<int>(x.size(-1));
}

std::int64_t rows_of(const at::Tensor& x) {
  return x.numel() / x.size(-1);
}

const float* numbers(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

/// Memory for rows of a product's input: float32 rows, or their parts.
struct Room {
  Room(const at::Tensor& like, bool as_parts) {
    std::vector<std::int64_t> sizes = like.sizes().vec();
    if (as_parts) sizes.back() *= gpu::kParts;
    tensor = at::empty(sizes, like.options().dtype(as_parts ? at::kBFloat16 : at::kFloat));
    if (as_parts)
      out.parts = static_cast<std::uint16_t*>(tensor.mutable_data_ptr());
    else
      out.rows = tensor.mutable_data_ptr<float>();
  }

  [[nodiscard]] ProductInput input() const {
    return out.parts != nullptr ? ProductInput::of_packed(tensor) : ProductInput{tensor};
  }

  at::Tensor tensor;
  gpu::RowsOut out;
};

bool by_parts(const Arithmetic& arithmetic) {
  return arithmetic.type == at::kFloat && arithmetic.kernel == ProductKernel::parts;
}

/// A layout's prompts in tiles of neighbouring positions.
class TiledPrompts final : public PromptBatch {
 public:
  TiledPrompts(const gpu::Kernels& kernels, const RowLayout& layout, const ModelShape& shape,
               at::Device place)
      : kernels_{kernels}, shape_{shape} {
    const int per_player = shape.query_heads / shape.kv_heads;
    all_ = tensor_of(tiles_of(layout, gpu::positions_of_tile(shape.head_size, per_player, false)), place);
    last_ = tensor_of(last_tiles_of(layout), place);
  }

  [[nodiscard]] at::Tensor attention(const Projections& in, QueryRows rows,
                                     const at::Tensor& score_scale_H) const override {
    const bool all = rows == QueryRows::all;
    const at::Tensor q = in.q_CRHD.to(at::kFloat).contiguous();
    const at::Tensor k = in.k_CRKD.to(at::kFloat).contiguous();
    const at::Tensor v = in.v_CRKD.to(at::kFloat).contiguous();
    const at::Tensor scale = score_scale_H.defined() ? score_scale_H.contiguous() : score_scale_H;
    const at::Tensor out = at::empty_like(q);
    const at::Tensor& tiles = all ? all_ : last_;
    require_started(kernels_.attention(
        index_of(q), {.q = numbers(q),
                      .k = numbers(k),
                      .v = numbers(v),
                      .score_scale = numbers(scale),
                      .out = out.mutable_data_ptr<float>(),
                      .tiles = static_cast<const gpu::AttentionTile*>(tiles.const_data_ptr()),
                      .tile_count = static_cast<int>(tiles.size(0)),
                      .copies = static_cast<int>(q.size(0)),
                      .query_rows = static_cast<int>(q.size(1)),
                      .key_rows = static_cast<int>(k.size(1)),
                      .query_heads = shape_.query_heads,
                      .kv_heads = shape_.kv_heads,
                      .head_size = shape_.head_size,
                      .window = static_cast<int>(in.window.value_or(0)),
                      .last_rows = !all}));
    return out;
  }

 private:
  [[nodiscard]] static gpu::AttentionTile tile(std::int64_t query_row, std::int64_t queries,
                                               std::int64_t position, std::int64_t own_row,
                                               std::int64_t prefix) {
    return {static_cast<std::int32_t>(query_row), static_cast<std::int32_t>(queries),
            static_cast<std::int32_t>(position), static_cast<std::int32_t>(own_row),
            static_cast<std::int32_t>(prefix)};
  }

  [[nodiscard]] static std::vector<gpu::AttentionTile> tiles_of(const RowLayout& layout, int positions) {
    std::vector<gpu::AttentionTile> tiles;
    const auto cut = [&](std::int64_t first_row, std::int64_t rows, std::int64_t prefix) {
      for (std::int64_t done = 0; done < rows; done += positions)
        tiles.push_back(tile(first_row + done, std::min<std::int64_t>(positions, rows - done), prefix + done,
                             first_row, prefix));
    };
    cut(0, layout.prefix(), 0);
    for (int prompt = 0; prompt < layout.prompts(); ++prompt)
      cut(layout.first_row(prompt), layout.own_rows(prompt), layout.prefix());
    return tiles;
  }

  [[nodiscard]] static std::vector<gpu::AttentionTile> last_tiles_of(const RowLayout& layout) {
    std::vector<gpu::AttentionTile> tiles;
    tiles.reserve(static_cast<std::size_t>(layout.prompts()));
    for (int prompt = 0; prompt < layout.prompts(); ++prompt)
      tiles.push_back(tile(prompt, 1, layout.prefix() + layout.own_rows(prompt) - 1, layout.first_row(prompt),
                           layout.prefix()));
    return tiles;
  }

  [[nodiscard]] static at::Tensor tensor_of(const std::vector<gpu::AttentionTile>& tiles, at::Device place) {
    static_assert(sizeof(gpu::AttentionTile) == 5 * sizeof(std::int32_t));
    const auto* entries = reinterpret_cast<const std::int32_t*>(tiles.data());
    const at::Tensor host = at::tensor(at::ArrayRef<std::int32_t>{entries, 5 * tiles.size()});
    return on(place, host.view({static_cast<std::int64_t>(tiles.size()), 5}));
  }

  const gpu::Kernels& kernels_;
  ModelShape shape_;
  at::Tensor all_, last_;
};

class GpuSteps final : public DeviceSteps {
 public:
  GpuSteps(const gpu::Kernels& kernels, at::Device place)
      : kernels_{kernels}, operators_{operator_steps(place)}, place_{place} {}

  [[nodiscard]] at::Tensor rms_norm(const at::Tensor& x, const at::Tensor& weight,
                                    double epsilon) const override {
    if (!fits(x)) return operators_->rms_norm(x, weight, epsilon);
    const Room room{x, false};
    write_norms(x, weight, epsilon, room);
    return room.tensor;
  }

  [[nodiscard]] ProductInput normed(const at::Tensor& x, const at::Tensor& weight, double epsilon,
                                    const Arithmetic& of_products) const override {
    if (!by_parts(of_products) || !fits(x)) return rms_norm(x, weight, epsilon);
    const Room room{x, true};
    write_norms(x, weight, epsilon, room);
    return room.input();
  }

  [[nodiscard]] ProductInput input_of(const at::Tensor& x, const Arithmetic& of_products) const override {
    if (!by_parts(of_products) || !fits(x)) return x;
    return ProductInput::of_packed(split_on_gpu(kernels_, x));
  }

  [[nodiscard]] ProductInput gated(const at::Tensor& gate, const at::Tensor& up,
                                   const Arithmetic& of_products) const override {
    if (!fits(gate)) return operators_->gated(gate, up, of_products);
    const Room room{gate, by_parts(of_products)};
    const at::Tensor dense_gate = gate.contiguous();
    const at::Tensor dense_up = up.contiguous();
    require_started(kernels_.gate(index_of(gate), numbers(dense_gate), numbers(dense_up), rows_of(gate),
                                  width_of(gate), room.out));
    return room.input();
  }

  void rotate(const at::Tensor& heads, const RotaryTable& table) const override {
    require_started(kernels_.rotate(index_of(heads), heads.mutable_data_ptr<float>(), numbers(table.cos_RF),
                                    numbers(table.sin_RF), heads.size(0), heads.size(1),
                                    static_cast<int>(heads.size(2)), static_cast<int>(heads.size(3))));
  }

  [[nodiscard]] std::shared_ptr<const PromptBatch> batch_of(const RowLayout& layout,
                                                            const ModelShape& of_part) const override {
    const int per_player = of_part.query_heads / of_part.kv_heads;
    if (gpu::positions_of_tile(of_part.head_size, per_player, false) == 0)
      return operators_->batch_of(layout, of_part);
    return std::make_shared<const TiledPrompts>(kernels_, layout, of_part, place_);
  }

  [[nodiscard]] at::Tensor coalition_inputs(const PlayerOutputs& players,
                                            std::span<const Coalition> coalitions) const override {
    const auto entries = players.base.numel();
    if (entries % 4 != 0) return operators_->coalition_inputs(players, coalitions);
    std::vector<std::int64_t> bits;
    for (const Coalition coalition : coalitions) bits.push_back(coalition.bits());
    const at::Tensor on_gpu = on(place_, at::tensor(bits));
    const at::Tensor present = players.present.contiguous();
    const at::Tensor absent = players.absent.defined() ? players.absent.contiguous() : players.absent;
    const at::Tensor base = players.base.contiguous();
    const auto copies = static_cast<std::int64_t>(coalitions.size());
    const at::Tensor out = at::empty({copies, base.size(0), base.size(1)}, base.options());
    require_started(kernels_.coalition_inputs(place_.index(), numbers(present), numbers(absent),
                                              numbers(base), on_gpu.const_data_ptr<std::int64_t>(), copies,
                                              static_cast<int>(present.size(0)), entries,
                                              out.mutable_data_ptr<float>()));
    return out;
  }

 private:
  [[nodiscard]] static bool fits(const at::Tensor& x) { return x.size(-1) % 4 == 0; }

  void write_norms(const at::Tensor& x, const at::Tensor& weight, double epsilon, const Room& room) const {
    const at::Tensor dense = x.contiguous();
    require_started(kernels_.rms_norm(index_of(x), numbers(dense), numbers(weight),
                                      static_cast<float>(epsilon), rows_of(x), width_of(x), room.out));
  }

  const gpu::Kernels& kernels_;
  std::shared_ptr<const DeviceSteps> operators_;
  at::Device place_;
};

class GpuStageMeter final : public StageMeter {
 public:
  GpuStageMeter(const gpu::Kernels& kernels, int device) : kernels_{kernels}, device_{device} {}
  GpuStageMeter(const GpuStageMeter&) = delete;
  GpuStageMeter& operator=(const GpuStageMeter&) = delete;
  ~GpuStageMeter() override {
    for (void* mark : free_) kernels_.delete_mark(mark);
    for (const Measured& measured : measured_) {
      kernels_.delete_mark(measured.first);
      kernels_.delete_mark(measured.last);
    }
  }

  void start() override { first_ = set(); }

  void stop(Stage stage) noexcept override {
    void* last = set();
    if (first_ == nullptr || last == nullptr) return;
    measured_.push_back({stage, first_, last});
    if (measured_.size() >= kMostMeasured) add_up();
  }

  [[nodiscard]] StageTimes times() override {
    add_up();
    return times_;
  }

 private:
  struct Measured {
    Stage stage;
    void* first;
    void* last;
  };
  static constexpr std::size_t kMostMeasured = 8192;

  /// Null where the GPU has no more of them; such stages are not counted.
  [[nodiscard]] void* set() noexcept {
    void* mark = nullptr;
    if (free_.empty()) {
      mark = kernels_.new_mark(device_);
    } else {
      mark = free_.back();
      free_.pop_back();
    }
    if (mark != nullptr) kernels_.set_mark(mark);
    return mark;
  }

  void add_up() {
    for (const Measured& measured : measured_) {
      times_.add(measured.stage,
                 std::chrono::duration<double>{kernels_.seconds_between(measured.first, measured.last)});
      free_.push_back(measured.first);
      free_.push_back(measured.last);
    }
    measured_.clear();
  }

  const gpu::Kernels& kernels_;
  int device_;
  void* first_ = nullptr;
  std::vector<Measured> measured_;
  std::vector<void*> free_;
  StageTimes times_;
};

}  // namespace

std::shared_ptr<StageMeter> gpu_stage_meter(const gpu::Kernels& kernels, at::Device place) {
  return std::make_shared<GpuStageMeter>(kernels, place.index());
}

const gpu::Kernels* gpu_kernels(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / gpu::kLibrary;
  if (!std::filesystem::exists(file)) return nullptr;
  void* library = ::dlopen(file.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr)
    throw ConfigError{
        fmt::format("the kernels of GPUs cannot be loaded: {}; install again, or choose --device cpu",
                    last_load_error())};
  using Table = const gpu::Kernels*();
  return function_of<Table, ConfigError>(library, "harsanyi_gpu_kernels", file)();
}

std::shared_ptr<const DeviceSteps> gpu_steps(const gpu::Kernels& kernels, at::Device place) {
  return std::make_shared<const GpuSteps>(kernels, place);
}

at::Tensor split_on_gpu(const gpu::Kernels& kernels, const at::Tensor& x) {
  const Room room{x, true};
  const at::Tensor dense = x.contiguous();
  require_started(kernels.split(index_of(x), numbers(dense), rows_of(x), width_of(x), room.out.parts));
  return room.tensor;
}

}  // namespace harsanyi
