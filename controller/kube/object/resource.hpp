// ResourceType and Key: which kind of object, and which one of it.
#pragma once

#include <compare>
#include <functional>
#include <string>
#include <string_view>

namespace toolhive::kube {

enum class Scope { Namespaced, Cluster };

// Group, version, kind and plural of a resource. The caller states all of them: nothing is guessed
// from a kind's name.
struct ResourceType {
  std::string group;  // empty for the core group
  std::string version;
  std::string kind;
  std::string plural;
  Scope scope = Scope::Namespaced;

  std::string api_version() const;  // "apps/v1", or "v1" for the core group
  std::string to_string() const;    // "deployments.apps", as kubectl says it
  auto operator<=>(const ResourceType&) const = default;
};

// Namespace and name. The namespace is empty for objects of cluster scope.
struct Key {
  std::string ns;
  std::string name;

  std::string to_string() const;  // "namespace/name" or "name"
  auto operator<=>(const Key&) const = default;
};

// Resource<T> ties a C++ type to its ResourceType. A user of the framework specializes it:
//
//   template <>
//   struct toolhive::kube::Resource<Widget> {
//     static const ResourceType& type();  // {"example.dev", "v1", "Widget", "widgets"}
//     static StatusOr<Widget> from_json(const Json& document);  // an error names the field that does not fit
//   };
//
// In place of from_json it may have from_text(std::string_view), which is given the object's bytes:
// a FieldReader takes the fields from there, and no tree is made of the rest. An object is decoded
// whenever it is looked at and nobody else holds its view, so that this is most of what a pass with
// nothing to do costs.
template <class T>
struct Resource;

}  // namespace toolhive::kube

template <>
struct std::hash<toolhive::kube::Key> {
  std::size_t operator()(const toolhive::kube::Key& key) const noexcept {
    const std::size_t a = std::hash<std::string>{}(key.ns);
    return a ^ (std::hash<std::string>{}(key.name) + 0x9e3779b97f4a7c15ULL + (a << 6) + (a >> 2));
  }
};
