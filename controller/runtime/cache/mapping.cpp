#include "controller/runtime/cache/mapping.hpp"

#include <algorithm>
#include <utility>

namespace toolhive::runtime {

using kube::Key;
using kube::Object;

namespace {

std::string_view group_of(std::string_view api_version) {
  const auto slash = api_version.find('/');
  return slash == std::string_view::npos ? std::string_view() : api_version.substr(0, slash);
}

bool same_finalizers(const kube::Meta& a, const kube::Meta& b) {
  return std::equal(a.finalizers.begin(), a.finalizers.end(), b.finalizers.begin(), b.finalizers.end());
}

bool same_owners(const kube::Meta& a, const kube::Meta& b) {
  return std::equal(a.owners.begin(), a.owners.end(), b.owners.begin(), b.owners.end(),
                    [](const kube::OwnerReference& x, const kube::OwnerReference& y) {
                      return x.uid == y.uid && x.controller == y.controller;
                    });
}

}  // namespace

Mapper map_self() {
  return [](const Object& object) { return std::vector<Key>{object.key()}; };
}

Mapper map_owner(const kube::ResourceType& owner) {
  return [owner](const Object& object) -> std::vector<Key> {
    const kube::OwnerReference* controller = object.meta().controller();
    if (!controller || controller->kind != owner.kind || group_of(controller->api_version) != owner.group)
      return {};
    const bool namespaced = owner.scope == kube::Scope::Namespaced;
    return {{std::string(namespaced ? object.meta().ns : std::string_view()), std::string(controller->name)}};
  };
}

Mapper map_label(std::string label) {
  return [label = std::move(label)](const Object& object) -> std::vector<Key> {
    const std::string value(object.meta().labels.get(label).value_or(""));
    if (value.empty()) return {};
    const auto dot = value.find('.');
    if (dot == std::string::npos) return {{std::string(object.meta().ns), value}};
    return {{value.substr(0, dot), value.substr(dot + 1)}};
  };
}

Predicate declared_changed() {
  return [](const Change& change) {
    if (change.type != Change::Type::Updated) return true;
    const kube::Meta& before = change.before->meta();
    const kube::Meta& after = change.after->meta();
    // Types without a generation (ConfigMaps, Secrets) have no status either: every change counts.
    if (after.generation == 0) return true;
    return before.generation != after.generation || before.deletion_timestamp != after.deletion_timestamp ||
           !(before.labels == after.labels) || !same_finalizers(before, after) ||
           !same_owners(before, after) || before.annotations.to_map() != after.annotations.to_map();
  };
}

Predicate any_change() {
  return [](const Change&) { return true; };
}

std::vector<Key> keys_of(const Change& change, const Mapper& mapper) {
  std::vector<Key> keys;
  if (change.before) keys = mapper(*change.before);
  if (change.after) {
    for (Key& key : mapper(*change.after))
      if (std::find(keys.begin(), keys.end(), key) == keys.end()) keys.push_back(std::move(key));
  }
  return keys;
}

}  // namespace toolhive::runtime
