#include "controller/kube/object/meta.hpp"

#include <algorithm>

#include "controller/kube/object/json_scanner.hpp"

namespace toolhive::kube {

Labels::const_iterator Labels::find(std::string_view key) const {
  const auto found = std::lower_bound(begin(), end(), key,
                                      [](const value_type& a, std::string_view b) { return a.first < b; });
  return found != end() && found->first == key ? found : end();
}

std::optional<std::string_view> Labels::get(std::string_view key) const {
  const auto found = find(key);
  if (found == end()) return std::nullopt;
  return found->second;
}

std::map<std::string, std::string, std::less<>> Labels::to_map() const {
  std::map<std::string, std::string, std::less<>> map;
  for (const auto& [key, value] : *this) map.emplace(key, value);
  return map;
}

bool operator==(const Labels& a, const Labels& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

std::optional<std::string> Annotations::get(std::string_view key) const {
  if (json_.empty()) return std::nullopt;
  JsonScanner scanner(json_);
  JsonString name;
  JsonString value;
  if (!scanner.enter_object()) return std::nullopt;
  while (scanner.next_member(name) && scanner.read_string(value)) {
    if (name == key) return value.str();
  }
  return std::nullopt;
}

std::map<std::string, std::string, std::less<>> Annotations::to_map() const {
  std::map<std::string, std::string, std::less<>> map;
  if (json_.empty()) return map;
  JsonScanner scanner(json_);
  JsonString name;
  JsonString value;
  if (!scanner.enter_object()) return map;
  while (scanner.next_member(name) && scanner.read_string(value)) map.emplace(name.str(), value.str());
  return map;
}

bool Meta::has_finalizer(std::string_view finalizer) const {
  return std::find(finalizers.begin(), finalizers.end(), finalizer) != finalizers.end();
}

const OwnerReference* Meta::controller() const {
  const auto found = std::find_if(owners.begin(), owners.end(),
                                  [](const OwnerReference& owner) { return owner.controller; });
  return found != owners.end() ? &*found : nullptr;
}

}  // namespace toolhive::kube
