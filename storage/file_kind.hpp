#pragma once

#include <array>
#include <filesystem>

#include "partition/base/named_enum.hpp"

namespace harsanyi {

/// The kinds of file that harsanyi writes; docs/formats has a page for each.
enum class FileKind { cube, groups, results, forward };

template <>
struct EnumNames<FileKind> {
  static constexpr std::string_view kind = "kind of file";
  static constexpr std::array names{std::pair{FileKind::cube, std::string_view{"cube"}},
                                    std::pair{FileKind::groups, std::string_view{"groups"}},
                                    std::pair{FileKind::results, std::string_view{"results"}},
                                    std::pair{FileKind::forward, std::string_view{"forward"}}};
};

/// What `path` holds, by its root attribute `format`; the version is checked by the reader of that kind.
/// @throws StorageError  if it is missing, unreadable, no HDF5 file, damaged, or of no kind above.
[[nodiscard]] FileKind kind_of(const std::filesystem::path& path);

}  // namespace harsanyi
