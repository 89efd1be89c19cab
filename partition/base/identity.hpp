#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace harsanyi {

/// All facts that decide a number of an experiment, as sorted (name, value) pairs: hashes of weights,
/// tokenizer, data and prompts, conventions, sharding, numerics. Results of different identities never mix.
/// What does not decide a number (host names, time, number of ranks) does not belong here.
class Identity {
 public:
  void set(std::string name, std::string value) { facts_[std::move(name)] = std::move(value); }
  [[nodiscard]] const std::map<std::string, std::string>& facts() const noexcept { return facts_; }

  /// SHA-256 over the facts, 64 hexadecimal digits.
  [[nodiscard]] std::string digest() const;

  /// One line for each fact in which the two differ: "epsilon: 1e-05 here, 0 in the other". Empty when equal.
  [[nodiscard]] std::vector<std::string> differences(const Identity& other) const;

  friend bool operator==(const Identity&, const Identity&) = default;

 private:
  std::map<std::string, std::string> facts_;
};

}  // namespace harsanyi
