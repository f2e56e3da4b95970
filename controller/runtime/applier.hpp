// Applier: brings the objects that belong to an owner to their desired state, and touches nothing else.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/client.hpp"
#include "controller/kube/object.hpp"
#include "controller/runtime/cache.hpp"

namespace runtime {

// Thread-safe. Rules:
// - an object that does not exist is created by server-side apply, with an owner reference to the owner;
// - an object whose controller is the owner (same uid) is applied when its declared state or the intent
// changed since this
//   process last applied it, else left alone: a settled object costs no API call;
// - an object of that name that someone else owns, or nobody, is never written: Conflict with the reason
// "NameConflict".
//   Before it says so it reads the object live.
class Applier {
 public:
  Applier(kube::Client& client, const Cache& cache, std::string field_manager);
  ~Applier();

  struct Options {
    // False for what must outlive its owner (a PersistentVolumeClaim): then ownership is `owner_label`
    // instead of an owner reference, and deleting the owner leaves the object.
    bool owned = true;
  };
  // `intent` needs kind-specific content, metadata.name and metadata.namespace. Answers the object as it then
  // is.
  kube::StatusOr<kube::Object> apply(const kube::Context& ctx, const kube::ResourceType& type,
                                     const kube::Object& owner, kube::Json intent, const Options& options);
  kube::StatusOr<kube::Object> apply(const kube::Context& ctx, const kube::ResourceType& type,
                                     const kube::Object& owner, kube::Json intent);
  // Removes the object if it is the owner's. An object that is absent or another's is success.
  kube::Status remove(const kube::Context& ctx, const kube::ResourceType& type, const kube::Object& owner,
                      const kube::Key& key);
  // Forgets what was applied for an owner that is gone.
  void forget(const std::string& owner_uid);

  // Label that names the owner of objects without an owner reference, valued "<uid>" of the owner's... see
  // Options::owned.
  static constexpr const char* kOwnerLabel = "mcpregistry.dev/owner";

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runtime
