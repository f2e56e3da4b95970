// Meta: the part of an object's metadata that controllers decide on.
//
// Everything here is a view into the Object it came from: keep the Object for as long as the views
// are used, and copy what must outlive it (std::string(meta.uid), meta.key()).
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "controller/kube/object/resource.hpp"

namespace toolhive::kube {

// metadata.labels: sorted by key, keys unique.
class Labels {
 public:
  using value_type = std::pair<std::string_view, std::string_view>;
  using const_iterator = const value_type*;

  Labels() = default;
  explicit Labels(std::span<const value_type> sorted) : data_(sorted.data()), size_(sorted.size()) {}

  const_iterator begin() const { return data_; }
  const_iterator end() const { return data_ + size_; }
  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  const_iterator find(std::string_view key) const;
  bool contains(std::string_view key) const { return find(key) != end(); }
  std::optional<std::string_view> get(std::string_view key) const;
  std::map<std::string, std::string, std::less<>> to_map() const;

  friend bool operator==(const Labels& a, const Labels& b);

 private:
  const value_type* data_ = nullptr;
  std::size_t size_ = 0;
};

// metadata.annotations, decoded when asked for: they can be as large as the object itself, and a
// controller reads few of them.
class Annotations {
 public:
  Annotations() = default;
  // `json` is the text of a JSON object of strings, checked before, or empty.
  explicit Annotations(std::string_view json) : json_(json) {}

  bool contains(std::string_view key) const { return get(key).has_value(); }
  std::optional<std::string> get(std::string_view key) const;
  std::map<std::string, std::string, std::less<>> to_map() const;

 private:
  std::string_view json_;
};

// metadata.ownerReferences[].
struct OwnerReference {
  std::string_view api_version;
  std::string_view kind;
  std::string_view name;
  std::string_view uid;
  bool controller = false;
};

struct Meta {
  std::string_view ns;
  std::string_view name;
  std::string_view uid;
  std::string_view resource_version;
  std::string_view creation_timestamp;  // RFC 3339, as sent
  std::string_view deletion_timestamp;  // empty while the object is not being deleted
  std::int64_t generation = 0;
  Labels labels;
  Annotations annotations;
  std::span<const std::string_view> finalizers;
  std::span<const OwnerReference> owners;

  Key key() const { return {std::string(ns), std::string(name)}; }
  bool deleting() const { return !deletion_timestamp.empty(); }
  bool has_finalizer(std::string_view finalizer) const;
  // The owner with controller=true, or nullptr.
  const OwnerReference* controller() const;
};

}  // namespace toolhive::kube
