#include "worker/model/fused_attention.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "partition/plan/prompt.hpp"
#include "tests/support/random_tensors.hpp"

namespace harsanyi {
namespace {

/// Prompts of different lengths that begin with the same `prefix` tokens.
std::vector<Prompt> prompts_sharing(int prefix) {
  std::vector<Prompt> prompts;
  for (const int own : {1, 5, 17, 40}) {
    Prompt prompt;
    for (int token = 0; token < prefix; ++token) prompt.tokens.push_back(1);
    for (int token = 0; token < own; ++token) prompt.tokens.push_back(100 * own + token);
    prompts.push_back(prompt);
  }
  return prompts;
}

Projections random_projections(std::int64_t copies, std::int64_t query_rows, std::int64_t rows,
                               AttentionWindow window, std::int64_t per_player = 3) {
  return {.q_CRHD = random_normal({copies, query_rows, 2 * per_player, 32}),
          .k_CRKD = random_normal({copies, rows, 2, 32}),
          .v_CRKD = random_normal({copies, rows, 2, 32}),
          .window = window};
}

TEST(FusedAttention, IsAttentionByMaps) {
  const at::Tensor scales = at::tensor({1.0F, 1e-5F, 0.0F, 1.0F, 0.5F, 1.0F});
  for (const int prefix : {0, 1, 16, 33})
    for (const AttentionWindow window : {AttentionWindow{}, AttentionWindow{7}, AttentionWindow{1}})
      for (const QueryRows wanted : {QueryRows::all, QueryRows::last_of_each_prompt}) {
        const auto layout = prefix == 0 ? RowLayout::separate(prompts_sharing(0))
                                        : RowLayout::sharing_prefix(prompts_sharing(prefix));
        const auto queries = wanted == QueryRows::all ? layout.rows() : layout.prompts();
        const Projections in = random_projections(3, queries, layout.rows(), window);
        // In float64 there is no fused form.
        Projections wide = in;
        for (at::Tensor* t : {&wide.q_CRHD, &wide.k_CRKD, &wide.v_CRKD}) *t = t->to(at::kDouble);
        ASSERT_TRUE(fusible(in));
        ASSERT_FALSE(fusible(wide));
        for (const at::Tensor& scale : {at::Tensor{}, scales}) {
          const AttentionEdit edit{.score_scale_H = scale, .output_scale_H = {}, .calibration = {}};
          const at::Tensor fused = attend(in, layout, wanted, edit);
          EXPECT_TRUE(fused.allclose(attend(wide, layout, wanted, edit), 1e-5, 1e-5))
              << "prefix " << prefix << ", window " << (window ? std::to_string(*window) : "none");
        }
      }
}

TEST(FusedAttention, APromptsBitsAreItsOwn) {
  const auto prompts = prompts_sharing(20);
  const auto layout = RowLayout::separate(prompts);
  const Projections in = random_projections(2, layout.rows(), layout.rows(), {});
  at::set_num_threads(1);
  const at::Tensor all = attend(in, layout, QueryRows::all, {});
  at::set_num_threads(3);
  EXPECT_TRUE(attend(in, layout, QueryRows::all, {}).equal(all));
  for (int p = 0; p < layout.prompts(); ++p) {
    const auto first = layout.first_row(p);
    const auto rows = layout.own_rows(p);
    const Projections alone{.q_CRHD = in.q_CRHD.narrow(1, first, rows),
                            .k_CRKD = in.k_CRKD.narrow(1, first, rows),
                            .v_CRKD = in.v_CRKD.narrow(1, first, rows)};
    const auto own = RowLayout::separate(std::span{prompts}.subspan(static_cast<std::size_t>(p), 1));
    EXPECT_TRUE(attend(alone, own, QueryRows::all, {}).equal(all.narrow(1, first, rows)));
  }
}

TEST(FusedAttention, ANonFiniteValueShows) {
  const auto layout = RowLayout::separate(prompts_sharing(3));
  const Projections in = random_projections(1, layout.rows(), layout.rows(), {});
  in.v_CRKD.narrow(1, layout.first_row(2), 1).fill_(std::nanf(""));
  const at::Tensor out = attend(in, layout, QueryRows::last_of_each_prompt,
                                {});  // queries: the first rows stand for the last ones
  EXPECT_TRUE(out.select(1, 2).isnan().any().item<bool>());
  EXPECT_FALSE(out.select(1, 1).isnan().any().item<bool>());
}

}  // namespace
}  // namespace harsanyi
