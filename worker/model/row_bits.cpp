#include "worker/model/row_bits.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace harsanyi {
namespace {

constexpr std::int64_t kMostRows = 260;

/// [rows, columns] of numbers in [-1, 1) that have no pattern; not drawn from ATen's generator, whose state
/// belongs to the caller.
at::Tensor scattered(std::int64_t rows, std::int64_t columns) {
  at::Tensor entries = at::empty({rows, columns});
  std::uint32_t state = 1;
  std::generate_n(entries.mutable_data_ptr<float>(), rows * columns, [&state] {
    state = state * 1664525U + 1013904223U;
    return static_cast<float>(state >> 8U) * 0x1p-23F - 1.0F;
  });
  return entries;
}

}  // namespace

bool rows_have_own_bits(
    const std::function<at::Tensor(const at::Tensor& x, const at::Tensor& weight)>& product, int threads) {
  constexpr std::array<std::int64_t, 7> kRows{1, 3, 4, 5, 17, 64, kMostRows};
  constexpr std::array<std::pair<std::int64_t, std::int64_t>, 4> kSizes{
      {{576, 192}, {320, 776}, {776, 320}, {64, 17}}};  // in, out
  const int before = at::get_num_threads();
  bool own = true;
  for (const auto& [in, out] : kSizes) {
    const at::Tensor x = scattered(kMostRows, in);
    const at::Tensor weight = scattered(out, in);
    at::set_num_threads(1);
    const at::Tensor all = product(x, weight);
    for (const int count : {1, threads}) {
      at::set_num_threads(count);
      own = own && std::all_of(kRows.begin(), kRows.end(), [&](std::int64_t rows) {
              return product(x.narrow(0, 0, rows), weight).equal(all.narrow(0, 0, rows));
            });
    }
  }
  at::set_num_threads(before);
  return own;
}

}  // namespace harsanyi
