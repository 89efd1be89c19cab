#include "worker/text/post_processor.hpp"

#include <fmt/format.h>

namespace harsanyi {

namespace {

// A piece that names many tokens, named many times, would be far longer than the file.
constexpr std::size_t most_template_tokens = 4096;

}  // namespace

PostProcessor::PostProcessor(const JsonPart& part) {
  add(part);
}

void PostProcessor::add(const JsonPart& part) {
  const auto type = part.type();
  if (type == "Sequence") {
    for (const auto& step : part.at("processors").elements()) add(step);
  } else if (type == "TemplateProcessing") {
    add_template(part);
  } else if (type != "ByteLevel") {  // ByteLevel only trims the offsets of tokens in the text
    part.not_supported(fmt::format("the post-processor '{}'", type));
  }
}

void PostProcessor::add_template(const JsonPart& part) {
  std::vector<TokenId> before;
  std::vector<TokenId> after;
  bool is_past_text = false;
  for (const auto& piece : part.at("single").elements()) {
    if (const auto sequence = piece.find("Sequence")) {
      if (sequence->at("id").text() != "A" || is_past_text)
        piece.fail("a template for one text must name the sequence A once");
      is_past_text = true;
      continue;
    }
    const auto name = piece.at("SpecialToken").at("id").text();
    const auto ids = part.at("special_tokens").at(name).at("ids").elements();
    auto& tokens = is_past_text ? after : before;
    for (const auto& id : ids) tokens.push_back(id.token_id());
    if (before_.size() + before.size() + after.size() + after_.size() > most_template_tokens)
      part.not_supported(fmt::format("a template of more than {} tokens", most_template_tokens));
  }
  if (!is_past_text) part.fail("the template leaves out the text");
  // The template wraps what earlier steps have made.
  before_.insert(before_.begin(), before.begin(), before.end());
  after_.insert(after_.end(), after.begin(), after.end());
}

}  // namespace harsanyi
