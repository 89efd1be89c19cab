#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

namespace harsanyi {

/// Files that must stay as they are while values are computed from them. Weights are mapped, not read: what
/// is written into their files shows in values that nobody would notice.
class UnchangedFiles {
 public:
  UnchangedFiles() = default;
  /// Notes the size of each and the time of its last change.
  /// @throws ModelError  if one cannot be looked at
  explicit UnchangedFiles(const std::vector<std::filesystem::path>& files);

  /// Microseconds a file: the content is not read.
  /// @throws ModelError  naming the file and the remedy
  void require() const;

  /// What `work` returns, if the files were as they are before and after it: nothing is computed in vain, and
  /// nothing that was computed from others is kept. @throws as `require`; what `work` throws
  template <class Work>
  [[nodiscard]] auto during(const Work& work) const {
    require();
    auto result = work();
    require();
    return result;
  }

 private:
  struct State {
    std::uintmax_t bytes = 0;
    std::filesystem::file_time_type written;
    friend bool operator==(const State&, const State&) = default;
  };
  struct File {
    std::filesystem::path path;
    State state;
  };
  [[nodiscard]] static State state_of(const std::filesystem::path& file);

  std::vector<File> files_;
};

}  // namespace harsanyi
