#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "partition/base/error.hpp"
#include "partition/base/identity.hpp"
#include "partition/plan/block.hpp"
#include "storage/durable_file.hpp"
#include "storage/file_format.hpp"
#include "storage/hdf5/dataset.hpp"
#include "storage/provenance.hpp"
#include "storage/unit_record.hpp"

namespace harsanyi {

/// Where one kind of record keeps the values of its units.
class UnitPlaces {
 public:
  virtual ~UnitPlaces() = default;
  [[nodiscard]] virtual std::int64_t values_of(UnitId unit) const = 0;    ///< length of the unit's block
  virtual void write(const Block& block) = 0;                             ///< into the file, not yet durable
  [[nodiscard]] virtual std::vector<double> read(UnitId unit) const = 0;  ///< as `write` got them
};

/// What DividendCube and ResultsFile share: an HDF5 file made whole, locked by its writer, with a done-mark
/// and a checksum per unit and a mark of completion.
///
/// Data sets: `unit` (axis), `unit_done` [unit] u8 (a UnitState), `unit_checksum` [unit] u64, `complete`
/// scalar u8. Groups: `identity` and `provenance`, one attribute per fact; root attribute `identity_digest`.
///
/// The order on disk is what makes any kill harmless: values and checksums, sync, then done-marks, sync. A
/// mark is one byte and thus there or not; when it is there, what it vouches for is on the disk.
class RecordFile {
 public:
  /// What a new file is made of.
  struct Contents {
    FileFormat format;
    std::int64_t units = 0;
    std::uint64_t bytes = 0;  ///< space the data sets need
    const Identity& identity;
    const Provenance& provenance;
    /// Makes all other data sets. @param unit_axis  the axis `unit`
    std::function<void(const hdf5::File& file, const hdf5::Dataset& unit_axis)> fill;
  };

  /// Opens `path` for writing; makes it first if it does not exist.
  /// @throws StorageError  as DividendCube::open_or_create; `identity` differing from the file's included
  [[nodiscard]] static RecordFile open_or_create(const std::filesystem::path& path, const Contents& contents);
  [[nodiscard]] static RecordFile open(const std::filesystem::path& path, const FileFormat& format);

  /// Makes a whole record: `write` fills it under its temporary name, then it is synced and renamed to
  /// `path`. Whatever is thrown on the way, nothing is left behind, and a file at `path` stays as it was.
  /// @throws StorageError  as `require_replaceable`; if there is no space or it cannot be written
  static void make(const std::filesystem::path& path, const Contents& contents, bool overwrite,
                   const std::function<void(RecordFile record)>& write);

  /// True if `path` is a finished record of this very experiment: there is nothing to write, and opening it
  /// for reading leaves its time stamp alone. False also for what cannot be read; `open_or_create` then says
  /// why.
  [[nodiscard]] static bool is_finished(const std::filesystem::path& path, const FileFormat& format,
                                        const Identity& identity);

  [[nodiscard]] const hdf5::File& file() const noexcept { return file_; }
  [[nodiscard]] std::int64_t units() const noexcept { return static_cast<std::int64_t>(states_.size()); }
  /// [units] as the file has them when it is opened for reading, else as this writer left them.
  [[nodiscard]] std::vector<UnitState> states() const;
  [[nodiscard]] std::vector<bool> done() const;  ///< [units] true for UnitState::done
  [[nodiscard]] bool complete() const;

  /// UnitRecord::store. Storing a done unit again is allowed if the values are the same, and changes nothing.
  void store(std::span<const Block> blocks, UnitPlaces& places);
  /// @param read  hears of every done unit after it was read
  [[nodiscard]] std::vector<UnitId> damaged_units(const UnitPlaces& places, const UnitsRead& read) const;
  /// The values of a done unit. @throws StorageError  if they do not match their checksum
  [[nodiscard]] std::vector<double> verified(UnitId unit, const UnitPlaces& places) const;
  /// Takes marks and checksums over from a record of the same units, whose values were taken over before.
  /// Durable, and complete where `other` is, with `mark_complete` alone.
  void copy_marks(const RecordFile& other);
  /// Marks open units as not needed, durably. Others stay as they are; without any open one nothing is
  /// written, also not by a reader.
  void mark_not_needed(std::span<const UnitId> units);
  /// Takes back the marks of `units` and the mark of completion, durably; the units can then be stored
  /// again.
  void forget(std::span<const UnitId> units);

  /// @throws StorageError  if it was opened for reading, or the file is no longer in its place
  void require_writer() const;
  /// @throws StorageError  if a unit is open
  void require_all_done() const;
  /// Returns once all that was written is on the disk.
  void sync();
  /// Syncs what was written before, then sets the mark of completion, durably.
  void mark_complete();

  [[nodiscard]] Identity identity() const;
  [[nodiscard]] Provenance provenance() const;

 private:
  RecordFile(std::optional<LockedFile> lock, hdf5::File file);
  void require_unit(UnitId unit) const;
  void set_state(UnitId unit, UnitState state);
  void check_block(const Block& block, const UnitPlaces& places) const;
  [[nodiscard]] bool already_stored(const Block& block, std::uint64_t checksum) const;

  std::optional<LockedFile> lock_;  ///< only of a writer; outlives the handles below
  hdf5::File file_;
  hdf5::Dataset unit_done_;
  hdf5::Dataset unit_checksum_;
  hdf5::Dataset complete_;
  std::vector<UnitState> states_;
};

/// For a writer that is given an exported copy. @param command  that would continue the original
[[nodiscard]] StorageError compressed_copy_error(const std::filesystem::path& file, std::string_view command);

}  // namespace harsanyi
