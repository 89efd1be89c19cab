#include "worker/model/visible_keys.hpp"

#include <gtest/gtest.h>

namespace harsanyi {
namespace {

TEST(VisibleKeys, AreThoseAtMostTheWindowBackEntryByEntry) {
  for (const AttentionWindow window :
       {AttentionWindow{}, AttentionWindow{1}, AttentionWindow{3}, AttentionWindow{50}})
    for (const auto& [queries, keys] : {std::pair{7, 7}, std::pair{3, 7}, std::pair{1, 7}, std::pair{1, 1}}) {
      const at::Tensor seen = visible_keys(queries, keys, window).contiguous();
      for (int query = 0; query < queries; ++query)
        for (int key = 0; key < keys; ++key) {
          const int row = keys - queries + query;
          EXPECT_EQ(seen.const_data_ptr<bool>()[query * keys + key],
                    key <= row && (!window || row - key < *window));
        }
    }
}

}  // namespace
}  // namespace harsanyi
