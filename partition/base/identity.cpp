#include "partition/base/identity.hpp"

#include <set>

#include <fmt/format.h>

#include "partition/base/sha256.hpp"

namespace harsanyi {

std::string Identity::digest() const {
  Sha256 hash;
  // Each text carries its length: no choice of names and values can look like another one.
  for (const auto& [name, value] : facts_)
    hash.update(fmt::format("{}:{}={}:{}\n", name.size(), name, value.size(), value));
  return hash.hex();
}

std::vector<std::string> Identity::differences(const Identity& other) const {
  std::set<std::string> names;
  for (const auto& [name, value] : facts_) names.insert(name);
  for (const auto& [name, value] : other.facts_) names.insert(name);

  const auto value_in = [](const Identity& identity, const std::string& name) {
    const auto fact = identity.facts_.find(name);
    return fact == identity.facts_.end() ? std::string{"absent"} : fact->second;
  };
  std::vector<std::string> lines;
  for (const std::string& name : names) {
    const std::string here = value_in(*this, name);
    const std::string there = value_in(other, name);
    if (here != there || facts_.contains(name) != other.facts_.contains(name))
      lines.push_back(fmt::format("{}: {} here, {} in the other", name, here, there));
  }
  return lines;
}

}  // namespace harsanyi
