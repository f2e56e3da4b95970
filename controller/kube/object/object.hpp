// Object: one Kubernetes object as the API server sent it, compact and immutable.
#pragma once

#include <compare>
#include <memory>
#include <string>
#include <string_view>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/object/meta.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::kube {

class Decoded;

// A handle on shared immutable content: copying costs one reference count. Holds the object's bytes
// without metadata.managedFields, which no controller reads and which are often a third of it; a
// document tree is made only when json() asks for it. Thread-safe.
class Object {
 public:
  // Decode when `bytes` are not one JSON object (RFC 8259, UTF-8) with metadata.name, or when a key
  // occurs twice where metadata is read; the message says where. The items of a list of a built-in
  // resource lack apiVersion and kind: with `type` they are filled in. A PartialObjectMetadata
  // stands for an object of `type`: kind() and api_version() are that one's, json() is what was
  // sent.
  static StatusOr<Object> parse(std::string_view bytes, const ResourceType* type = nullptr);
  static StatusOr<Object> from(const Json& document);
  // The same of an object that could not be read whole for the reason `flaw`.
  static StatusOr<Object> parse_flawed(std::string_view bytes, std::string_view flaw,
                                       const ResourceType* type = nullptr);

  // Views into this object's content; asking a temporary for them does not compile.
  const Meta& meta() const&;
  const Meta& meta() const&& = delete;
  Key key() const { return meta().key(); }
  std::string_view api_version() const;
  std::string_view kind() const;
  std::string_view bytes() const;
  // Why this is not the whole object; empty when it is. One with a flaw is there so that it can be
  // told so and let go: it has no typed view.
  std::string_view flaw() const;
  // The document, decoded anew at each call: keep the result for as long as it is used.
  Json json() const;
  // Of its document the member "status", `{}` where there is none; nothing else is decoded.
  JsonPtr status() const;

  // The typed view by way of Resource<T>, whose error this is. Made anew at each call
  // and not kept: a view is five times the size of the bytes. Ref<T> shares one between all who
  // hold it (ref.hpp). Invalid and terminal of an object with a flaw.
  template <class T, class Document = Json>
  StatusOr<T> as() const {
    if (!flaw().empty()) return Status(Code::Invalid, std::string(flaw())).as_terminal();
    if constexpr (requires { Resource<T>::from_text(bytes()); }) {
      return Resource<T>::from_text(bytes());
    } else {
      Document document;
      decode(document);
      return Resource<T>::from_json(document);
    }
  }

  // sha256, in hex, of everything but status, metadata.resourceVersion and metadata.generation:
  // equal when nobody changed what the object declares.
  std::string declared_digest() const;

 private:
  struct Rep;
  friend struct ObjectBuilder;
  friend class Decoded;
  template <class T>
  friend class Ref;
  explicit Object(std::shared_ptr<const Rep> rep);
  void decode(Json& document) const;

  // The view of `type` that is alive, or nullptr.
  std::shared_ptr<const Decoded> held(const void* type) const;
  // From now on held() finds `view`, until drop(); one that is alive already stays.
  void hold(const Decoded& view) const;
  void drop(const Decoded& view) const;

  std::shared_ptr<const Rep> rep_;
};

// Compares two resourceVersions of one resource as the API conventions allow: by length, then digit
// by digit. Empty is oldest.
std::weak_ordering compare_resource_versions(std::string_view a, std::string_view b);

}  // namespace toolhive::kube
