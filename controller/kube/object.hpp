// Object: one Kubernetes object as the API server sent it, compact and immutable.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/kube/json.hpp"
#include "controller/kube/resource.hpp"
#include "controller/kube/status.hpp"

namespace kube {

// metadata.ownerReferences[].
struct OwnerReference {
  std::string api_version;
  std::string kind;
  std::string name;
  std::string uid;
  bool controller = false;
};

// The part of metadata that controllers decide on; read once, when the object arrives.
struct Meta {
  std::string ns;
  std::string name;
  std::string uid;
  std::string resource_version;
  std::int64_t generation = 0;
  std::string creation_timestamp;  // RFC 3339, as sent
  std::string deletion_timestamp;  // empty while the object is not being deleted
  std::map<std::string, std::string, std::less<>> labels;
  std::map<std::string, std::string, std::less<>> annotations;
  std::vector<std::string> finalizers;
  std::vector<OwnerReference> owners;

  Key key() const { return {ns, name}; }
  bool deleting() const { return !deletion_timestamp.empty(); }
  bool has_finalizer(std::string_view finalizer) const;
  // The owner with controller=true, or nullptr.
  const OwnerReference* controller() const;
};

// A handle on shared immutable content: copying costs one reference count. Holds the object's bytes without
// metadata.managedFields, which no controller reads and which are often a third of it; a document tree is
// made only when json() asks for it. Thread-safe.
class Object {
 public:
  // Decode fails when `bytes` are not a JSON object with metadata.name; the message says where.
  static StatusOr<Object> parse(std::string_view bytes);
  static StatusOr<Object> from(const Json& document);

  const Meta& meta() const;
  Key key() const { return meta().key(); }
  std::string_view api_version() const;
  std::string_view kind() const;
  std::string_view bytes() const;
  // The document, decoded anew at each call: keep the result for as long as it is used.
  Json json() const;

  // The typed view by way of Resource<T>::from_json. Decode when a field does not fit.
  template <class T>
  StatusOr<T> as() const {
    return Resource<T>::from_json(json());
  }

  // sha256, in hex, of everything but status, metadata.resourceVersion and metadata.generation: equal when
  // nobody changed what the object declares.
  std::string declared_digest() const;

 private:
  struct Rep;
  explicit Object(std::shared_ptr<const Rep> rep);
  std::shared_ptr<const Rep> rep_;
};

// Compares two resourceVersions of one resource as the API conventions allow: by length, then digit by digit.
// Empty is oldest.
std::weak_ordering compare_resource_versions(std::string_view a, std::string_view b);

}  // namespace kube
