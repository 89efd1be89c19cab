#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "orchestrator/records/merge.hpp"
#include "orchestrator/records/reading_progress.hpp"
#include "partition/base/error.hpp"
#include "partition/base/identity.hpp"
#include "storage/unit_record.hpp"

// What joining cubes and joining results files have in common.

namespace harsanyi {

/// A file to be joined.
template <class Record>
struct RecordPart {
  std::string name;  ///< its path
  Record record;
  std::vector<UnitId> place = {};  ///< [units] which unit of the whole each of its units is
};

template <class Record>
std::vector<RecordPart<Record>> open_parts(const std::vector<std::filesystem::path>& files) {
  std::vector<RecordPart<Record>> parts;
  for (const auto& file : files) parts.push_back({file.string(), Record::open(file)});
  return parts;
}

/// Refuses parts of which facts differ.
void require_same_facts(const std::string& here, const Identity& ours, const std::string& other,
                        const Identity& theirs);

/// "part_1.command" and so on, beside the merge's own.
void add_provenance(Provenance& whole, std::size_t part, const Provenance& of_part);

/// What the marks of the parts say of each unit of the whole.
struct UnionOfMarks {
  std::vector<UnitState> states;        ///< [units of the whole]
  std::vector<UnitId> not_needed = {};  ///< those that a part marked so, and none computed
  MergeOutcome outcome = {};
};

/// @throws StorageError  if one part marks as not needed what another computed
template <class Record>
UnionOfMarks union_of_marks(const std::vector<RecordPart<Record>>& parts, std::size_t units) {
  UnionOfMarks all{.states = std::vector<UnitState>(units, UnitState::open)};
  for (const auto& part : parts) {
    const auto states = part.record.states();
    for (std::size_t i = 0; i < states.size(); ++i) {
      if (states[i] == UnitState::open) continue;
      UnitState& state = all.states[static_cast<std::size_t>(part.place[i].index())];
      if (state != UnitState::open && state != states[i])
        throw StorageError{
            fmt::format("{}: unit {} is computed in one part and marked as not needed in another; a sweep "
                        "decides this from its values, so that the parts are not of one sweep",
                        part.name, i)};
      all.outcome.shared += state == UnitState::done ? 1 : 0;
      state = states[i];
    }
  }
  for (std::size_t i = 0; i < units; ++i)
    if (all.states[i] == UnitState::not_needed)
      all.not_needed.push_back(UnitId::from_index(static_cast<std::int64_t>(i)));
  all.outcome.units = static_cast<std::int64_t>(units);
  all.outcome.taken = std::count(all.states.begin(), all.states.end(), UnitState::done);
  all.outcome.open = std::count(all.states.begin(), all.states.end(), UnitState::open);
  return all;
}

/// @param text  names a unit of the whole
/// @throws StorageError  for gaps, naming the first ones
void require_no_gaps(const UnionOfMarks& marks, const MergeRequest& request,
                     const std::function<std::string(UnitId)>& text);

/// The first value of a unit in which two blocks differ by a bit; the length if none does.
[[nodiscard]] std::size_t first_difference(const std::vector<double>& a, const std::vector<double>& b);

/// Stores every done unit of the parts in `whole`.
/// @param place  names value `index` of a unit of the whole
/// @throws StorageError  if a unit differs from its checksum, or from the same unit of an earlier part
template <class Record>
void take_units(Record& whole, const std::vector<RecordPart<Record>>& parts,
                const std::function<std::string(UnitId unit, std::size_t index)>& place) {
  constexpr std::size_t most_values = std::size_t{1} << 22;  // 32 MiB between two writes
  std::size_t units = 0;
  for (const auto& part : parts) units += part.place.size();
  ReadingProgress progress{"merge", static_cast<int>(units)};
  std::vector<const RecordPart<Record>*> taken_from(whole.states().size(), nullptr);
  std::vector<Block> blocks;
  std::size_t values = 0;
  const auto store = [&] {
    whole.store(blocks);
    blocks.clear();
    values = 0;
  };
  for (const auto& part : parts) {
    const auto states = part.record.states();
    for (std::size_t i = 0; i < states.size(); ++i) {
      progress.advance();
      if (states[i] != UnitState::done) continue;
      Block block = part.record.block(UnitId::from_index(static_cast<std::int64_t>(i)));
      block.unit = part.place[i];
      auto& source = taken_from[static_cast<std::size_t>(block.unit.index())];
      if (source != nullptr) {
        const auto earlier = whole.block(block.unit);
        const auto at = first_difference(earlier.values, block.values);
        if (at < block.values.size())
          throw StorageError{fmt::format(
              "{} and {} disagree on {}: {} and {}; the parts were computed by different "
              "programs or devices, or one was changed",
              source->name, part.name, place(block.unit, at), earlier.values[at], block.values[at])};
        continue;
      }
      source = &part;
      values += block.values.size();
      blocks.push_back(std::move(block));
      if (values >= most_values) store();
    }
    store();
  }
}

}  // namespace harsanyi
