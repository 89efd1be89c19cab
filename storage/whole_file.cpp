#include "storage/whole_file.hpp"

namespace harsanyi {
namespace {

const std::filesystem::path& checked(const std::filesystem::path& path, const FileFormat& format,
                                     bool overwrite) {
  require_replaceable(path, format, overwrite);
  return path;
}

}  // namespace

WholeFile::WholeFile(const std::filesystem::path& path, const FileFormat& format, bool overwrite)
    : path_{path}, format_{format}, overwrite_{overwrite}, partial_{checked(path, format, overwrite)} {
  constexpr std::uint64_t smallest = 1 << 20;
  require_space(path, smallest);
  file_.emplace(hdf5::create_file(partial_.path()));
  write_format(*file_, format);
}

WholeFile::~WholeFile() {
  if (file_) partial_.abandon();
}

void WholeFile::publish() {
  hdf5::flush(*file_);
  file_.reset();
  require_replaceable(path_, format_, overwrite_);  // another run may have made it meanwhile
  static_cast<void>(partial_.publish());
}

}  // namespace harsanyi
