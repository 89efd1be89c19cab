#include "partition/base/text_file.hpp"

#include <cerrno>
#include <cstdio>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "partition/base/system_error.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBufferBytes = std::size_t{1} << 20;

}  // namespace

TextFile::TextFile(fs::path path) : path_{std::move(path)}, partial_{path_} {
  partial_ += ".partial";
  std::error_code ignored;
  if (fs::is_directory(path_, ignored)) throw system_error(path_, "cannot write the file", EISDIR);
  constexpr mode_t readable_by_all = 0666;  // less the user's umask
  descriptor_ = ::open(partial_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, readable_by_all);
  if (descriptor_ < 0) throw system_error(path_, "cannot write the file", errno);
}

TextFile::~TextFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!published_) unlink(partial_.c_str());
}

void TextFile::flush() {
  std::string_view rest = buffer_;
  while (!rest.empty()) {
    const ssize_t written = ::write(descriptor_, rest.data(), rest.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw system_error(path_, "cannot write the file", errno);
    rest.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
}

void TextFile::write(std::string_view text) {
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) flush();
}

void TextFile::publish(Durability durability) {
  flush();
  if (durability == Durability::synced && fsync(descriptor_) != 0)
    throw system_error(path_, "cannot sync to the disk", errno);
  // Network file systems tell of a used-up quota here, while the text does not have its name yet.
  if (close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR)
    throw system_error(path_, "cannot write the file", errno);
  if (std::rename(partial_.c_str(), path_.c_str()) != 0)
    throw system_error(path_, fmt::format("cannot rename {} to it", partial_.string()), errno);
  published_ = true;
  if (durability == Durability::synced) sync_folder(folder_of(path_));
}

void write_text_file(const fs::path& path, std::string_view text, Durability durability) {
  TextFile file{path};
  file.write(text);
  file.publish(durability);
}

void require_free(const fs::path& path, bool overwrite) {
  std::error_code ignored;
  if (!overwrite && fs::exists(fs::symlink_status(path, ignored)))
    throw StorageError{fmt::format(
        "{}: the file exists; choose another name, or allow overwriting (--overwrite)", path.string())};
}

}  // namespace harsanyi
