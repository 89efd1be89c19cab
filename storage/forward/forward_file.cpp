#include "storage/forward/forward_file.hpp"

#include <numeric>
#include <optional>

#include <fmt/format.h>

#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/axis.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/whole_file.hpp"

namespace harsanyi {
namespace {

hsize_t extent(int size) {
  return static_cast<hsize_t>(size);
}

void require_length(const std::string& file, std::string_view table, std::size_t length,
                    const hdf5::Shape& shape) {
  if (length == hdf5::elements_of(shape)) return;
  throw StorageError{
      fmt::format("{}: cannot write '{}' of a prompt (it has {} elements, its shape {}); give tables of "
                  "the model's shape",
                  file, table, length, hdf5::elements_of(shape))};
}

/// Axes of the model, shared by all prompts.
struct ModelAxes {
  hdf5::Dataset layer;
  hdf5::Dataset state;  ///< layers + 1: hidden states before layer 0, after layer 0 ...
  hdf5::Dataset head;
  hdf5::Dataset hidden;
  hdf5::Dataset vocabulary;
};

ModelAxes create_axes(hid_t file, const ForwardShape& shape) {
  return {hdf5::create_axis(file, "layer", extent(shape.layers)),
          hdf5::create_axis(file, "state", extent(shape.layers) + 1),
          hdf5::create_axis(file, "head", extent(shape.heads)),
          hdf5::create_axis(file, "hidden_unit", extent(shape.hidden)),
          hdf5::create_axis(file, "vocabulary", extent(shape.vocabulary))};
}

}  // namespace

struct ForwardWriter::State {
  std::string name;
  ForwardShape shape;
  WholeFile file;
  std::optional<ModelAxes> axes;
  int prompts = 0;

  State(const std::filesystem::path& path, const ForwardShape& model, bool overwrite)
      : name{path.string()}, shape{model}, file{path, kForward, overwrite} {}

  void check(const ForwardPrompt& prompt, const std::vector<std::int32_t>& positions) const;
  void write_attention(hid_t group, const ForwardPrompt& prompt) const;
};

void ForwardWriter::State::check(const ForwardPrompt& p, const std::vector<std::int32_t>& positions) const {
  const hsize_t tokens = p.tokens.size();
  if (tokens == 0) throw StorageError{fmt::format("{}: cannot write a prompt without tokens", name)};
  if (!p.token_texts.empty()) require_length(name, "token_text", p.token_texts.size(), {tokens});
  for (const int position : positions)
    if (position < 0 || extent(position) >= tokens)
      throw StorageError{fmt::format("{}: cannot write logits of position {} (the prompt has {} tokens)",
                                     name, position, tokens)};
  require_length(name, "logits", p.logits.size(), {positions.size(), extent(shape.vocabulary)});
  if (!p.hidden.empty())
    require_length(name, "hidden", p.hidden.size(), {extent(shape.layers) + 1, tokens, extent(shape.hidden)});
  if (!p.attention.empty())
    require_length(name, "attention", p.attention.size(),
                   {extent(shape.layers), extent(shape.heads), tokens, tokens});
}

void ForwardWriter::State::write_attention(hid_t group, const ForwardPrompt& p) const {
  const hsize_t tokens = p.tokens.size();
  const auto query = hdf5::create_axis(group, "query", tokens);
  const auto key = hdf5::create_axis(group, "key", tokens);
  const auto attention = hdf5::create_from(
      group, "attention", {extent(shape.layers), extent(shape.heads), tokens, tokens}, p.attention);
  hdf5::attach_axes(attention, {&axes->layer, &axes->head, &query, &key});
}

ForwardWriter::ForwardWriter(const std::filesystem::path& file, const ForwardShape& shape,
                             const Identity& identity, const Provenance& provenance, bool overwrite) {
  if (shape.layers < 1 || shape.heads < 1 || shape.hidden < 1 || shape.vocabulary < 1)
    throw StorageError{
        fmt::format("{}: cannot describe a model of {} layers, {} heads, {} hidden units, {} words",
                    file.string(), shape.layers, shape.heads, shape.hidden, shape.vocabulary)};
  state_ = std::make_unique<State>(file, shape, overwrite);
  const auto root = state_->file.file().get();
  hdf5::write_text(root, "identity_digest", identity.digest());
  hdf5::write_text_group(root, "identity", identity.facts());
  hdf5::write_text_group(root, "provenance", provenance);
  state_->axes.emplace(create_axes(root, shape));
}

ForwardWriter::ForwardWriter(ForwardWriter&&) noexcept = default;
ForwardWriter& ForwardWriter::operator=(ForwardWriter&&) noexcept = default;
ForwardWriter::~ForwardWriter() = default;

void ForwardWriter::add(const ForwardPrompt& p) {
  auto positions = p.positions;
  if (positions.empty()) {
    positions.resize(p.tokens.size());
    std::iota(positions.begin(), positions.end(), 0);
  }
  state_->check(p, positions);
  const hsize_t tokens = p.tokens.size();
  const auto root = state_->file.file().get();
  const auto name = fmt::format("prompt_{}", state_->prompts);
  const hdf5::Group prompt{H5Gcreate2(root, name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), root,
                           fmt::format("cannot make group '{}'", name)};
  const auto group = prompt.get();
  for (const auto& [key, text] : p.facts) hdf5::write_text(group, key, text);
  const auto token_axis = hdf5::create_axis(group, "token", tokens);
  hdf5::attach_axes(hdf5::create_from(group, "token_id", {tokens}, p.tokens), {&token_axis});
  if (!p.token_texts.empty())
    hdf5::attach_axes(hdf5::create_texts(group, "token_text", p.token_texts), {&token_axis});
  const auto position_axis = hdf5::create_axis(group, "position", positions);
  const auto vocabulary = extent(state_->shape.vocabulary);
  hdf5::attach_axes(hdf5::create_from(group, "logits", {positions.size(), vocabulary}, p.logits),
                    {&position_axis, &state_->axes->vocabulary});
  if (!p.hidden.empty())
    hdf5::attach_axes(
        hdf5::create_from(group, "hidden",
                          {extent(state_->shape.layers) + 1, tokens, extent(state_->shape.hidden)}, p.hidden),
        {&state_->axes->state, &token_axis, &state_->axes->hidden});
  if (!p.attention.empty()) state_->write_attention(group, p);
  ++state_->prompts;
}

void ForwardWriter::finish() {
  if (state_->prompts == 0) throw StorageError{fmt::format("{}: there is no prompt to write", state_->name)};
  hdf5::write_integer(state_->file.file().get(), "prompts", state_->prompts);
  state_->axes.reset();  // an open data set would keep the file open
  state_->file.publish();
}

void write_forward(const std::filesystem::path& file, const ForwardRecord& record, bool overwrite) {
  ForwardWriter writer{file, record.shape, record.identity, record.provenance, overwrite};
  for (const auto& prompt : record.prompts) writer.add(prompt);
  writer.finish();
}

}  // namespace harsanyi
