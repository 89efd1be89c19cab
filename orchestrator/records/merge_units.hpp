#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

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
  parts.reserve(files.size());
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

/// Names value `index` of a unit of the whole.
using PlaceText = std::function<std::string(UnitId unit, std::size_t index)>;

/// @throws StorageError  naming the first value in which two parts disagree on a unit
void require_same_values(const std::string& first, const Block& earlier, const std::string& second,
                         const Block& block, const PlaceText& place);

/// Collects the units of parts in a whole, many to a write.
template <class Record>
class UnitCollector {
 public:
  UnitCollector(Record& whole, PlaceText place)
      : whole_{whole}, place_{std::move(place)}, sources_(whole.states().size(), nullptr) {}

  /// @throws StorageError  if the unit differs from its checksum, or from the same unit of an earlier part
  void take(const RecordPart<Record>& part, UnitId unit) {
    constexpr std::size_t most_values = std::size_t{1} << 22;  // 32 MiB
    Block block = part.record.block(unit);
    block.unit = part.place[static_cast<std::size_t>(unit.index())];
    auto& source = sources_[static_cast<std::size_t>(block.unit.index())];
    if (source != nullptr) {
      require_same_values(source->name, whole_.block(block.unit), part.name, block, place_);
      return;
    }
    source = &part;
    values_ += block.values.size();
    blocks_.push_back(std::move(block));
    if (values_ >= most_values) store();
  }
  /// After each part.
  void store() {
    whole_.store(blocks_);
    blocks_.clear();
    values_ = 0;
  }

 private:
  Record& whole_;
  PlaceText place_;
  std::vector<const RecordPart<Record>*> sources_;  ///< [units of the whole] null where there is none yet
  std::vector<Block> blocks_;
  std::size_t values_ = 0;
};

/// Stores every done unit of the parts in `whole`. @throws StorageError  as UnitCollector::take
template <class Record>
void take_units(Record& whole, const std::vector<RecordPart<Record>>& parts, const PlaceText& place) {
  std::size_t units = 0;
  for (const auto& part : parts) units += part.place.size();
  ReadingProgress progress{"merge", static_cast<int>(units)};
  UnitCollector<Record> collector{whole, place};
  for (const auto& part : parts) {
    const auto done = part.record.done();
    for (std::size_t i = 0; i < done.size(); ++i) {
      progress.advance();
      if (done[i]) collector.take(part, UnitId::from_index(static_cast<std::int64_t>(i)));
    }
    collector.store();
  }
}

}  // namespace harsanyi
