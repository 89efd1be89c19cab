#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace harsanyi {

/// What a reader may count on after a power cut.
enum class Durability {
  synced,    ///< the file is on the disk when the call returns
  unsynced,  ///< for files that are no result and are written often
};

/// A text file in the making. It lies beside its place as "<name>.partial" until it is published, so that its
/// name never stands for half a text, and what lay there before stays whole until then. Dropped unpublished,
/// it leaves nothing behind. All throw StorageError, naming the file, the system's reason and a remedy.
class TextFile {
 public:
  explicit TextFile(std::filesystem::path path);
  TextFile(const TextFile&) = delete;
  TextFile& operator=(const TextFile&) = delete;
  ~TextFile();

  void write(std::string_view text);
  /// Moves the text into its place, over whatever is there.
  void publish(Durability durability = Durability::synced);

 private:
  void flush();

  std::filesystem::path path_;
  std::filesystem::path partial_;
  int descriptor_ = -1;
  bool published_ = false;
  std::string buffer_;
};

void write_text_file(const std::filesystem::path& path, std::string_view text,
                     Durability durability = Durability::synced);

/// @throws StorageError  if something is at `path` and `overwrite` is false
void require_free(const std::filesystem::path& path, bool overwrite);

}  // namespace harsanyi
