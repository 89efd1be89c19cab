#include "storage/record_file.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "partition/base/sha256.hpp"
#include "storage/hdf5/attribute.hpp"
#include "storage/hdf5/axis.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

/// False also where the path cannot be followed; making the file then says why.
bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

hdf5::Box one_unit(UnitId unit) {
  return {{static_cast<hsize_t>(unit.index())}, {1}};
}

template <class T>
void write_one(const hdf5::Dataset& dataset, const hdf5::Box& box, T value) {
  hdf5::write<T>(dataset, box, std::span<const T>{&value, 1});
}

std::vector<UnitState> read_states(const hdf5::File& file, const hdf5::Dataset& unit_done) {
  std::vector<UnitState> states;
  for (const auto mark : hdf5::read<std::uint8_t>(unit_done, hdf5::whole(hdf5::shape_of(unit_done)))) {
    if (mark > static_cast<std::uint8_t>(UnitState::not_needed))
      throw hdf5::damaged_file(file.get(), "'unit_done' holds something else than 0, 1 and 2");
    states.push_back(static_cast<UnitState>(mark));
  }
  return states;
}

void write_common_parts(const hdf5::File& file, const RecordFile::Contents& contents) {
  write_format(file, contents.format);
  hdf5::write_text(file.get(), "identity_digest", contents.identity.digest());
  hdf5::write_text_group(file.get(), "identity", contents.identity.facts());
  hdf5::write_text_group(file.get(), "provenance", contents.provenance);
  const auto units = static_cast<hsize_t>(contents.units);
  const auto unit_axis = hdf5::create_axis(file.get(), "unit", units);
  const auto done = hdf5::create<std::uint8_t>(file.get(), "unit_done", {units}, 0);
  const auto checksum = hdf5::create<std::uint64_t>(file.get(), "unit_checksum", {units}, 0);
  hdf5::attach_axes(done, {&unit_axis});
  hdf5::attach_axes(checksum, {&unit_axis});
  static_cast<void>(hdf5::create<std::uint8_t>(file.get(), "complete", {}, 0));
  contents.fill(file, unit_axis);
}

/// Makes the file under its temporary name, with all data sets at full size.
hdf5::File create_partial(const fs::path& path, const PartialFile& partial,
                          const RecordFile::Contents& contents) {
  require_space(path, contents.bytes);
  auto file = hdf5::create_file(partial.path());
  try {
    write_common_parts(file, contents);
    hdf5::flush(file);
  } catch (const StorageError& error) {
    partial.abandon();
    throw StorageError{
        fmt::format("{}: cannot make the file, nothing was left behind: {}; if the disk or the quota "
                    "is full, free some space or choose another disk",
                    path.string(), error.what())};
  }
  return file;
}

/// Makes the file and moves it into place.
/// @return nothing if another process brought the file about meanwhile
std::optional<LockedFile> create_record(const fs::path& path, const RecordFile::Contents& contents) {
  PartialFile partial{path};
  if (is_there(path)) return std::nullopt;                     // nobody else can make it from here on
  static_cast<void>(create_partial(path, partial, contents));  // closed again at once
  return partial.publish();
}

void require_same_experiment(const fs::path& path, const Identity& ours, const Identity& stored) {
  const auto differences = ours.differences(stored);
  if (differences.empty()) return;
  throw StorageError{
      fmt::format("{}: holds another experiment, and results of different experiments never mix; choose "
                  "another output file, or give the options that it was made with. 'Here' is this run, "
                  "'the other' is the file:\n  {}",
                  path.string(), fmt::join(differences, "\n  "))};
}

}  // namespace

RecordFile RecordFile::open_or_create(const fs::path& path, const Contents& contents) {
  std::optional<LockedFile> lock;
  if (!is_there(path)) lock = create_record(path, contents);
  if (!lock) {
    require_readable(path);
    lock = LockedFile::open(path);
  }
  auto file = open_format(path, contents.format, hdf5::Access::read_write);
  RecordFile record{std::move(lock), std::move(file)};
  require_same_experiment(path, contents.identity, record.identity());
  if (record.units() != contents.units)
    throw hdf5::damaged_file(record.file_.get(), fmt::format("it has {} units, where its experiment has {}",
                                                             record.units(), contents.units));
  return record;
}

RecordFile RecordFile::open(const fs::path& path, const FileFormat& format) {
  return {std::nullopt, open_format(path, format, hdf5::Access::read)};
}

void RecordFile::make(const fs::path& path, const Contents& contents, bool overwrite,
                      const std::function<void(RecordFile record)>& write) {
  require_replaceable(path, contents.format, overwrite);
  PartialFile partial{path};
  try {
    auto file = create_partial(path, partial, contents);
    write(RecordFile{partial.share(), std::move(file)});
  } catch (const StorageError&) {
    partial.abandon();
    throw;
  }
  require_replaceable(path, contents.format, overwrite);  // another run may have made it meanwhile
  static_cast<void>(partial.publish());
}

bool RecordFile::is_finished(const fs::path& path, const FileFormat& format, const Identity& identity) {
  if (!is_there(path)) return false;
  try {
    const RecordFile record = open(path, format);
    return record.complete() && record.identity() == identity;
  } catch (const StorageError&) {
    return false;
  }
}

RecordFile::RecordFile(std::optional<LockedFile> lock, hdf5::File file)
    : lock_{std::move(lock)},
      file_{std::move(file)},
      unit_done_{hdf5::open(file_.get(), "unit_done", {hdf5::length_of(file_.get(), "unit")})},
      unit_checksum_{hdf5::open(file_.get(), "unit_checksum", hdf5::shape_of(unit_done_))},
      complete_{hdf5::open(file_.get(), "complete", {})} {
  states_ = read_states(file_, unit_done_);
}

std::vector<UnitState> RecordFile::states() const {
  return lock_ ? states_ : read_states(file_, unit_done_);
}

std::vector<bool> RecordFile::done() const {
  std::vector<bool> done;
  for (const UnitState state : states()) done.push_back(state == UnitState::done);
  return done;
}

bool RecordFile::complete() const {
  return hdf5::read<std::uint8_t>(complete_, {{}, {}}).front() == 1;
}

void RecordFile::require_writer() const {
  if (!lock_)
    throw StorageError{
        fmt::format("{}: was opened for reading and cannot be written", hdf5::file_of(file_.get()))};
  if (!lock_->in_place())
    throw StorageError{
        fmt::format("{}: the file was removed or replaced while it was being written; put it back, or "
                    "run the command again to make another",
                    lock_->path().string())};
}

void RecordFile::sync() {
  hdf5::flush(file_);
  lock_->sync();
}

void RecordFile::require_unit(UnitId unit) const {
  if (unit.index() < 0 || unit.index() >= units())
    throw StorageError{
        fmt::format("{}: has no unit {} (its units are 0 to {}); name the units of its own plan",
                    hdf5::file_of(file_.get()), unit.value, units() - 1)};
}

// On the disk with the next sync.
void RecordFile::set_state(UnitId unit, UnitState state) {
  write_one<std::uint8_t>(unit_done_, one_unit(unit), static_cast<std::uint8_t>(state));
}

void RecordFile::check_block(const Block& block, const UnitPlaces& places) const {
  const auto name = lock_->path().string();
  require_unit(block.unit);
  if (states_[static_cast<std::size_t>(block.unit.index())] == UnitState::not_needed)
    throw StorageError{
        fmt::format("{}: cannot store unit {} (it is marked as not needed); run the same command on all "
                    "ranks",
                    name, block.unit.value)};
  if (static_cast<std::int64_t>(block.values.size()) != places.values_of(block.unit))
    throw StorageError{
        fmt::format("{}: cannot store unit {} (it has {} values, its place takes {}); store the units of "
                    "its own plan",
                    name, block.unit.value, block.values.size(), places.values_of(block.unit))};
  const auto bad =
      std::find_if_not(block.values.begin(), block.values.end(), [](double v) { return std::isfinite(v); });
  if (bad != block.values.end())
    throw StorageError{
        fmt::format("{}: cannot store unit {} (value {} of it is {}); compute it again, or set it aside",
                    name, block.unit.value, bad - block.values.begin(), *bad)};
}

bool RecordFile::already_stored(const Block& block, std::uint64_t checksum) const {
  if (states_[static_cast<std::size_t>(block.unit.index())] != UnitState::done) return false;
  if (hdf5::read<std::uint64_t>(unit_checksum_, one_unit(block.unit)).front() == checksum) return true;
  throw StorageError{
      fmt::format("{}: unit {} is done with other values than those to be stored; the computation is not "
                  "reproducible, so check that all ranks run on the same kind of device",
                  lock_->path().string(), block.unit.value)};
}

void RecordFile::store(std::span<const Block> blocks, UnitPlaces& places) {
  require_writer();
  for (const auto& block : blocks) check_block(block, places);
  std::vector<UnitId> stored;
  for (const auto& block : blocks) {
    const auto checksum = block_checksum(block.values);
    if (already_stored(block, checksum)) continue;
    places.write(block);
    write_one<std::uint64_t>(unit_checksum_, one_unit(block.unit), checksum);
    stored.push_back(block.unit);
  }
  if (stored.empty()) return;
  sync();
  for (const auto unit : stored) set_state(unit, UnitState::done);
  sync();
  for (const auto unit : stored) states_[static_cast<std::size_t>(unit.index())] = UnitState::done;
}

void RecordFile::mark_not_needed(std::span<const UnitId> units_to_mark) {
  std::vector<UnitId> open;
  for (const auto unit : units_to_mark) {
    require_unit(unit);
    if (states_[static_cast<std::size_t>(unit.index())] == UnitState::open) open.push_back(unit);
  }
  if (open.empty()) return;
  require_writer();
  for (const auto unit : open) set_state(unit, UnitState::not_needed);
  sync();
  for (const auto unit : open) states_[static_cast<std::size_t>(unit.index())] = UnitState::not_needed;
}

std::vector<UnitId> RecordFile::damaged_units(const UnitPlaces& places, const UnitsRead& read) const {
  const auto finished = done();
  const auto checksums =
      hdf5::read<std::uint64_t>(unit_checksum_, hdf5::whole(hdf5::shape_of(unit_checksum_)));
  std::vector<UnitId> damaged;
  for (std::size_t i = 0; i < finished.size(); ++i) {
    if (!finished[i]) continue;
    const auto unit = UnitId::from_index(static_cast<std::int64_t>(i));
    if (block_checksum(places.read(unit)) != checksums[i]) damaged.push_back(unit);
    if (read) read(unit);
  }
  return damaged;
}

std::vector<double> RecordFile::verified(UnitId unit, const UnitPlaces& places) const {
  require_unit(unit);
  auto values = places.read(unit);
  if (hdf5::read<std::uint64_t>(unit_checksum_, one_unit(unit)).front() != block_checksum(values))
    throw StorageError{
        fmt::format("{}: unit {} differs from its checksum: the file is damaged; `harsanyi inspect --verify` "
                    "lists what is, `harsanyi repair` computes it again",
                    hdf5::file_of(file_.get()), unit.value)};
  return values;
}

void RecordFile::copy_marks(const RecordFile& other) {
  require_writer();
  states_ = other.states();
  const hdf5::Shape shape = hdf5::shape_of(unit_done_);
  std::vector<std::uint8_t> marks;
  for (const UnitState state : states_) marks.push_back(static_cast<std::uint8_t>(state));
  hdf5::write<std::uint8_t>(unit_done_, hdf5::whole(shape), marks);
  hdf5::write<std::uint64_t>(unit_checksum_, hdf5::whole(shape),
                             hdf5::read<std::uint64_t>(other.unit_checksum_, hdf5::whole(shape)));
}

void RecordFile::forget(std::span<const UnitId> units_to_forget) {
  require_writer();
  write_one<std::uint8_t>(complete_, {{}, {}}, 0);
  sync();  // no file may look complete and lack a unit
  for (const auto unit : units_to_forget) {
    require_unit(unit);
    set_state(unit, UnitState::open);
    states_[static_cast<std::size_t>(unit.index())] = UnitState::open;
  }
  sync();
}

void RecordFile::require_all_done() const {
  const auto marks = states();
  const auto missing = std::count(marks.begin(), marks.end(), UnitState::open);
  if (missing > 0)
    throw StorageError{
        fmt::format("{}: cannot be completed, {} of its {} units are not done; run the command again to "
                    "compute them",
                    hdf5::file_of(file_.get()), missing, units())};
}

void RecordFile::mark_complete() {
  require_writer();
  require_all_done();
  sync();
  write_one<std::uint8_t>(complete_, {{}, {}}, 1);
  sync();
}

Identity RecordFile::identity() const {
  Identity identity;
  for (auto& [name, value] : hdf5::read_text_group(file_.get(), "identity")) identity.set(name, value);
  if (identity.digest() != hdf5::read_text(file_.get(), "identity_digest"))
    throw hdf5::damaged_file(file_.get(), "the facts of 'identity' do not add up to its 'identity_digest'");
  return identity;
}

Provenance RecordFile::provenance() const {
  return hdf5::read_text_group(file_.get(), "provenance");
}

StorageError compressed_copy_error(const fs::path& file, std::string_view command) {
  return StorageError{fmt::format(
      "{}: is a compressed copy, which is for reading alone (a writer killed in it could damage all "
      "of it); `harsanyi {}` continues the file that it was exported from",
      file.string(), command)};
}

}  // namespace harsanyi
