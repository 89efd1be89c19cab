#include "storage/groups/groups_file.hpp"

#include <limits>
#include <sstream>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/axis.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/hdf5/named.hpp"
#include "storage/whole_file.hpp"

namespace harsanyi {
namespace {

/// [layer, query_head], row-major: 1 where GAC calibrates the head.
std::vector<std::uint8_t> calibrated_heads(const SalientGroups& groups) {
  const auto heads = static_cast<std::size_t>(groups.layout.query_heads);
  std::vector<std::uint8_t> calibrated(groups.layers.size() * heads, 0);
  for (std::size_t layer = 0; layer < groups.layers.size(); ++layer)
    for (const int head : groups.edited_heads(LayerId::from_index(static_cast<std::int64_t>(layer))))
      calibrated[layer * heads + static_cast<std::size_t>(head)] = 1;
  return calibrated;
}

void require_members_exist(const SalientGroups& groups) {
  const auto grand = Coalition::grand(groups.layout.players).bits();
  for (std::size_t layer = 0; layer < groups.layers.size(); ++layer)
    if ((groups.layers[layer].members.bits() & ~grand) != 0)
      throw StorageError{
          fmt::format("the salient group {} of layer {} names players beyond the model's {}; select the "
                      "groups again",
                      label_of(groups.layers[layer].members), layer, groups.layout.players)};
}

void write_conventions(hid_t file, const SalientGroups& groups) {
  hdf5::write_integer(file, "players", groups.layout.players);
  hdf5::write_integer(file, "query_heads", groups.layout.query_heads);
  hdf5::write_enum(file, "selection_rule", groups.rule);
  hdf5::write_enum(file, "orientation", groups.orientation);
  hdf5::write_enum(file, "zero_rule", groups.zero);
  hdf5::write_enum(file, "edited_heads", groups.edited);
  hdf5::write_enum(file, "value_scale", groups.scale);
  hdf5::write_text(file, "benchmarks", fmt::format("{}", fmt::join(groups.benchmarks, ",")));
  hdf5::write_text(file, "cube_digest", groups.cube_digest);
  hdf5::write_text(file, "weights_digest", groups.weights_digest);
}

void write_layers(hid_t file, const SalientGroups& groups) {
  std::vector<std::uint32_t> members;
  std::vector<std::string> labels;
  std::vector<double> dividend;
  std::vector<double> margin;
  for (const auto& group : groups.layers) {
    members.push_back(group.members.bits());
    labels.push_back(label_of(group.members));
    dividend.push_back(group.dividend);
    margin.push_back(group.margin);
  }
  const hdf5::Shape shape{groups.layers.size()};
  const auto heads = static_cast<hsize_t>(groups.layout.query_heads);
  const auto layer_axis = hdf5::create_axis(file, "layer", shape[0]);
  const auto head_axis = hdf5::create_axis(file, "query_head", heads);
  hdf5::attach_axes(hdf5::create_from(file, "members", shape, members), {&layer_axis});
  hdf5::attach_axes(hdf5::create_texts(file, "group", labels), {&layer_axis});
  hdf5::attach_axes(hdf5::create_from(file, "dividend", shape, dividend), {&layer_axis});
  hdf5::attach_axes(hdf5::create_from(file, "margin", shape, margin), {&layer_axis});
  hdf5::attach_axes(hdf5::create_from(file, "calibrated", {shape[0], heads}, calibrated_heads(groups)),
                    {&layer_axis, &head_axis});
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts;
  std::istringstream in{text};
  for (std::string part; std::getline(in, part, ',');) parts.push_back(part);
  return parts;
}

SalientGroups read_conventions(hid_t file) {
  constexpr int most = std::numeric_limits<std::int32_t>::max();
  SalientGroups groups;
  try {
    groups.layout = PlayerLayout::from_heads(hdf5::read_integer(file, "query_heads", 1, most),
                                             hdf5::read_integer(file, "players", 1, kMaxPlayers));
  } catch (const GameError& error) {
    throw hdf5::damaged_file(file, error.what());
  }
  groups.rule = hdf5::read_enum<SelectionRule>(file, "selection_rule");
  groups.orientation = hdf5::read_enum<Orientation>(file, "orientation");
  groups.zero = hdf5::read_enum<ZeroRule>(file, "zero_rule");
  groups.edited = hdf5::read_enum<EditedHeads>(file, "edited_heads");
  // Version 1.0 had neither: all samples of the cube, as measured.
  if (hdf5::has_attribute(file, "value_scale"))
    groups.scale = hdf5::read_enum<ValueScale>(file, "value_scale");
  if (hdf5::has_attribute(file, "benchmarks"))
    groups.benchmarks = split_list(hdf5::read_text(file, "benchmarks"));
  groups.cube_digest = hdf5::read_text(file, "cube_digest");
  groups.weights_digest = hdf5::read_text(file, "weights_digest");
  return groups;
}

}  // namespace

void write_groups(const std::filesystem::path& file, const SalientGroups& groups,
                  const Provenance& provenance, bool overwrite) {
  if (groups.layers.empty())
    throw StorageError{fmt::format("{}: there are no layers to write", file.string())};
  require_members_exist(groups);
  WholeFile whole{file, kGroups, overwrite};
  write_conventions(whole.file().get(), groups);
  hdf5::write_text_group(whole.file().get(), "provenance", provenance);
  write_layers(whole.file().get(), groups);
  whole.publish();
}

SalientGroups read_groups(const std::filesystem::path& file) {
  const auto opened = open_format(file, kGroups, hdf5::Access::read);
  const auto root = opened.get();
  auto groups = read_conventions(root);
  const auto layers = hdf5::length_of(root, "layer");
  if (layers == 0) throw hdf5::damaged_file(root, "it has no layers");
  const auto members = hdf5::read<std::uint32_t>(root, "members", {layers});
  const auto dividend = hdf5::read<double>(root, "dividend", {layers});
  const auto margin = hdf5::read<double>(root, "margin", {layers});
  const auto labels = hdf5::read_texts(root, "group", layers);
  for (std::size_t layer = 0; layer < layers; ++layer) {
    const Coalition group{members[layer]};
    if ((group.bits() & ~Coalition::grand(groups.layout.players).bits()) != 0 ||
        labels[layer] != label_of(group))
      throw hdf5::damaged_file(
          root, fmt::format("'members' of layer {} ({:#x}) and its 'group' ({}) disagree", layer,
                            members[layer], labels[layer]));
    groups.layers.push_back({group, dividend[layer], margin[layer]});
  }
  const auto heads = static_cast<hsize_t>(groups.layout.query_heads);
  // Read first: that so many heads fit into the file is checked there.
  const auto calibrated = hdf5::read<std::uint8_t>(root, "calibrated", {layers, heads});
  if (calibrated != calibrated_heads(groups))
    throw hdf5::damaged_file(root, "'calibrated' does not follow from 'members' and 'edited_heads'");
  return groups;
}

}  // namespace harsanyi
