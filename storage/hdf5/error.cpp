#include "storage/hdf5/error.hpp"

#include <vector>

#include <fmt/format.h>

namespace harsanyi::hdf5 {
namespace {

/// The system's reason inside HDF5's text ("..., errno = 28, error message = 'No space left on device', buf =
/// ...").
std::string_view system_reason(std::string_view text) {
  constexpr std::string_view mark = "error message = '";
  const auto start = text.find(mark);
  if (start == std::string_view::npos) return text;
  text.remove_prefix(start + mark.size());
  return text.substr(0, text.find('\''));
}

herr_t collect(unsigned /*depth*/, const H5E_error2_t* error, void* texts) {
  if (error->desc != nullptr)
    static_cast<std::vector<std::string>*>(texts)->emplace_back(system_reason(error->desc));
  return 0;
}

}  // namespace

void stop_printing_errors() {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
}

std::string pending_errors() {
  std::vector<std::string> texts;
  H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, collect, &texts);
  if (texts.empty()) return "no reason given";
  if (texts.size() == 1 || texts.front() == texts.back()) return texts.front();
  return fmt::format("{}; {}", texts.front(), texts.back());
}

std::string file_of(hid_t object) {
  const auto length = H5Fget_name(object, nullptr, 0);
  if (length <= 0) return "HDF5 file";
  std::string name(static_cast<std::size_t>(length), '\0');
  H5Fget_name(object, name.data(), name.size() + 1);
  return name;
}

StorageError hdf5_error(hid_t place, std::string_view what) {
  const auto reason = pending_errors();  // before any other call, which would clear them
  if (place < 0) return StorageError{fmt::format("{} (HDF5: {})", what, reason)};
  return StorageError{fmt::format("{}: {} (HDF5: {})", file_of(place), what, reason)};
}

StorageError damaged_file(hid_t place, std::string_view what) {
  return StorageError{fmt::format(
      "{} is damaged: {}; restore it from a copy, or delete it and run the command that made it again",
      file_of(place), what)};
}

}  // namespace harsanyi::hdf5
