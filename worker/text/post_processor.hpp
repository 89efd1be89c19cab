#pragma once

#include <vector>

#include "worker/text/json_part.hpp"

namespace harsanyi {

/// The `post_processor` of a tokenizer file, for single texts: tokens written before and after those of the
/// text.
class PostProcessor {
 public:
  PostProcessor() = default;  ///< adds nothing
  /// @throws TextError  for a step other than Sequence, TemplateProcessing, ByteLevel
  explicit PostProcessor(const JsonPart& part);

  [[nodiscard]] const std::vector<TokenId>& before() const noexcept { return before_; }
  [[nodiscard]] const std::vector<TokenId>& after() const noexcept { return after_; }

 private:
  void add(const JsonPart& part);
  void add_template(const JsonPart& part);

  std::vector<TokenId> before_;
  std::vector<TokenId> after_;
};

}  // namespace harsanyi
