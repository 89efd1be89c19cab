#include "worker/model/checksum_list.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <optional>

#include <fmt/format.h>

#include "partition/base/error.hpp"
#include "partition/base/sha256.hpp"
#include "worker/model/checkpoint.hpp"

namespace harsanyi {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kDigits = 64;

/// In lower case; nothing where `text` is no SHA-256.
std::optional<std::string> sha256_in(std::string text) {
  const auto is_digit = [](unsigned char c) { return std::isxdigit(c) != 0; };
  if (text.size() != kDigits || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::string without_carriage_return(std::string line) {
  if (line.ends_with('\r')) line.pop_back();
  return line;
}

/// "<64 digits>  NAME", or "<64 digits> *NAME" from `sha256sum --binary`.
std::pair<std::string, std::string> entry_of(const fs::path& list, const std::string& line, int number) {
  auto digest = sha256_in(line.substr(0, kDigits));
  const bool separated = line.size() > kDigits + 2 && line[kDigits] == ' ' &&
                         (line[kDigits + 1] == ' ' || line[kDigits + 1] == '*');
  if (!digest || !separated)
    throw ModelError{
        fmt::format("{}:{}: is no line of sha256sum (64 hexadecimal digits, two blanks, a file name); make "
                    "the list again "
                    "with `sha256sum`",
                    list.string(), number)};
  std::string name = line.substr(kDigits + 2);
  if (name.starts_with("./")) name.erase(0, 2);
  return {std::move(name), std::move(*digest)};
}

void add_list(const fs::path& list, std::map<std::string, ExpectedDigest>& expected) {
  std::ifstream in{list};
  int number = 0;
  for (std::string line; std::getline(in, line);) {
    line = without_carriage_return(std::move(line));
    ++number;
    if (line.empty()) continue;
    auto [name, digest] = entry_of(list, line, number);
    expected.insert_or_assign(std::move(name), ExpectedDigest{std::move(digest), list});
  }
}

void add_download_metadata(const fs::path& folder, std::map<std::string, ExpectedDigest>& expected) {
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{folder / ".cache/huggingface/download", none}) {
    if (entry.path().extension() != ".metadata") continue;
    std::ifstream in{entry.path()};
    std::string commit;
    std::string etag;
    if (!std::getline(in, commit) || !std::getline(in, etag)) continue;
    if (const auto digest = sha256_in(without_carriage_return(std::move(etag))))
      expected.try_emplace(entry.path().stem().string(), ExpectedDigest{*digest, entry.path()});
  }
}

void add_blob_name(const fs::path& file, std::map<std::string, ExpectedDigest>& expected) {
  std::error_code no_link;
  const fs::path target = fs::read_symlink(file, no_link);
  if (no_link || target.parent_path().filename() != "blobs") return;
  if (const auto digest = sha256_in(target.filename().string()))
    expected.try_emplace(file.filename().string(), ExpectedDigest{*digest, file.parent_path() / target});
}

/// The files that decide what the model computes, the weights aside.
std::vector<fs::path> other_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const char* name : {"config.json", "model.safetensors.index.json", "tokenizer.json"})
    if (fs::exists(folder / name)) files.push_back(folder / name);
  return files;
}

void require_match(const fs::path& file, const std::string& found, const ExpectedDigest& expected) {
  if (found == expected.sha256) return;
  throw ModelError{
      fmt::format("{}: its content has the SHA-256 {}, and {} says {}; the file is damaged, or of another "
                  "version than the list: download it again",
                  file.string(), found, expected.said_by.string(), expected.sha256)};
}

[[noreturn]] void refuse_unknown(const fs::path& file) {
  throw ModelError{fmt::format(
      "{}: nothing says which SHA-256 it should have; looked for {}, the metadata of `hf download "
      "--local-dir` and links into Hugging Face's cache. Where the files are known to be good, "
      "`sha256sum *.safetensors *.json > SHA256SUMS` in their folder makes a list",
      file.string(), (file.parent_path() / "SHA256SUMS").string())};
}

}  // namespace

std::map<std::string, ExpectedDigest> expected_digests(const fs::path& folder) {
  std::map<std::string, ExpectedDigest> expected;
  if (fs::exists(folder / "SHA256SUMS")) add_list(folder / "SHA256SUMS", expected);
  add_download_metadata(folder, expected);
  std::error_code none;
  for (const auto& entry : fs::directory_iterator{folder, none}) add_blob_name(entry.path(), expected);
  return expected;
}

CheckedFiles check_model_files(const fs::path& folder) {
  const auto expected = expected_digests(folder);
  const std::vector<fs::path> weights = weight_files(folder);
  // Before anything long is read.
  for (const fs::path& file : weights)
    if (!expected.contains(file.filename().string())) refuse_unknown(file);

  CheckedFiles checked;
  for (const fs::path& file : other_files(folder)) {
    const std::string name = file.filename().string();
    const auto known = expected.find(name);
    if (known != expected.end()) require_match(file, sha256_file_hex(file), known->second);
    (known != expected.end() ? checked.matching : checked.not_known).push_back(name);
  }
  std::map<std::string, std::string> digests;
  for (const fs::path& file : weights) {
    const std::string name = file.filename().string();
    const std::string digest = sha256_file_hex(file);
    require_match(file, digest, expected.at(name));
    checked.matching.push_back(name);
    digests.emplace(name, digest);
  }
  checked.weights_digest = weights_digest(digests);
  return checked;
}

}  // namespace harsanyi
