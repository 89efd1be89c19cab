#include "worker/benchmark/rows_file.hpp"

#include <fstream>
#include <limits>
#include <sstream>
#include <utility>

#include <fmt/format.h>

#include "partition/base/sha256.hpp"

namespace harsanyi {
namespace {

std::string read_text(const std::filesystem::path& file) {
  std::error_code unknown;
  if (!std::filesystem::exists(file, unknown))
    throw BenchmarkError{fmt::format(
        "there is no data file {}; --data names the folder that holds the benchmarks", file.string())};
  if (std::filesystem::is_directory(file, unknown))
    throw BenchmarkError{fmt::format("{} is a folder, not a JSON-lines file", file.string())};
  std::ifstream in{file, std::ios::binary};
  std::ostringstream text;
  if (!in || (in.peek() != std::ifstream::traits_type::eof() && !(text << in.rdbuf())) || in.bad())
    throw BenchmarkError{fmt::format("cannot read the data file {}; check its permissions", file.string())};
  return std::move(text).str();
}

}  // namespace

RowsFile::RowsFile(std::filesystem::path file)
    : file_{std::move(file)}, text_{read_text(file_)}, sha256_{sha256_hex(text_)} {
  for (std::size_t start = 0; start < text_.size();) {
    const std::size_t end = std::min(text_.find('\n', start), text_.size());
    lines_.push_back({start, end - start});
    start = end + 1;
  }
  if (lines_.empty()) throw BenchmarkError{fmt::format("the data file {} holds no rows", file_.string())};
  if (lines_.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    throw BenchmarkError{fmt::format("the data file {} holds {} rows, more than row numbers go to",
                                     file_.string(), lines_.size())};
}

Row RowsFile::row(int number) const {
  const Line& line = lines_[static_cast<std::size_t>(number)];
  return {file_, number, std::string_view{text_}.substr(line.start, line.size)};
}

}  // namespace harsanyi
