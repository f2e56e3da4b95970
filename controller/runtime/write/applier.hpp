// Applier: brings the objects that belong to an owner to their desired state, and touches nothing else.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/runtime/cache/cache.hpp"

namespace toolhive::runtime {

// Thread-safe. Rules:
// - An object that the cache does not know is created by server-side apply on a resourceVersion that no object has, which
//   the API server refuses with a Conflict where there is one after all; a live read tells then whose it is.
// - An object of the owner's is applied, on the uid that was seen, when the intent or what the object
// declares
//   differs from when this process last applied it; else it is left alone. A settled object costs no API
//   call.
// - An object of that name that is someone else's, or nobody's, is never written. After a live read has
//   confirmed it, the answer is Conflict with the reason "NameConflict". Nothing tells when the name becomes
//   free, so whoever gets this should try again in a while.
// - An object that is being deleted, or whose controller was an earlier owner of the same name, is about to
// go:
//   a plain Conflict, which a controller tries again quietly.
// Only types declared to the cache can be applied.
class Applier {
 public:
  // All must outlive the applier. `client` should be the manager's, whose writes the cache waits for. `field_manager`
  // is who the API server notes for what is applied; it must stay the same from release to release. `owner_label` is
  // the label on objects that outlive their owner, such as "example.com/owner": needed for those alone.
  Applier(kube::Client& client, const Cache& cache, std::string field_manager, std::string owner_label = {});
  ~Applier();

  struct Options {
    // True: the object has an owner reference, and goes with its owner.
    // False: the object outlives its owner (a PersistentVolumeClaim). The owner label says whose it is,
    // by kind and name, so that an owner created again under its name takes it over: after a live read, once in each
    // process.
    bool owned = true;
  };
  // `intent` needs metadata.name, metadata.namespace unless of cluster scope, and what is specific to its
  // kind. Owner reference or label are added here. Answers the object as it then is.
  StatusOr<kube::Object> apply(const Context& ctx, const kube::ResourceType& type, const kube::Object& owner,
                               Json intent, const Options& options);
  StatusOr<kube::Object> apply(const Context& ctx, const kube::ResourceType& type, const kube::Object& owner,
                               Json intent);
  // Removes the object if it is the owner's, by reference or by label. An object that is absent or another's
  // is success.
  Status remove(const Context& ctx, const kube::ResourceType& type, const kube::Object& owner,
                const kube::Key& key);
  // Forgets what was applied for an owner that is gone.
  void forget(const std::string& owner_uid);

  // The reason of the Conflict for a name that is taken.
  static constexpr const char* kNameConflict = "NameConflict";

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
