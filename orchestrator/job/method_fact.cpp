#include "orchestrator/job/method_fact.hpp"

namespace harsanyi {
namespace {

constexpr std::string_view kLayers = "; layers ";

}  // namespace

std::string method_fact(std::string_view method, const std::vector<std::string>& layers) {
  std::string fact{method};
  for (const std::string& of_model : layers) fact.append(kLayers).append(of_model);
  return fact;
}

std::pair<std::string, std::vector<std::string>> split_method_fact(std::string_view fact) {
  std::size_t end = fact.find(kLayers);
  std::pair<std::string, std::vector<std::string>> parts{std::string{fact.substr(0, end)}, {}};
  while (end != std::string_view::npos) {
    fact.remove_prefix(end + kLayers.size());
    end = fact.find(kLayers);
    parts.second.emplace_back(fact.substr(0, end));
  }
  return parts;
}

}  // namespace harsanyi
