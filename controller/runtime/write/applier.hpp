// Applier: brings the objects that belong to an owner to their desired state, and touches nothing
// else.
#pragma once

#include <memory>
#include <string>

#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/runtime/cache/cache.hpp"

namespace toolhive::runtime {

// Thread-safe. Rules:
// - An object that the cache does not know is created by server-side apply on a resourceVersion
//   that no object has, which the API server refuses with a Conflict where there is one after all;
//   a live read tells then whose it is.
// - An object that was applied before and is gone is made anew once a live read has confirmed that
//   its owner is there; else it is a plain Conflict. One that is being deleted is not, but for what
//   outlives it, in a pass that knows of the deletion.
// - An object of the owner's is applied, on the uid that was seen, when the intent or what the
//   object declares differs from when this process last applied it; else it is left alone. A settled
//   object costs no API call.
// - An object of that name without a controller, which has all labels that the intent gives it, has
//   lost its reference: after a live read has confirmed it, it is applied, and so gets the
//   reference back.
// - Any other object of that name that is someone else's, or nobody's, is never written. After a
//   live read has confirmed it, the answer is NameTaken. Nothing tells when the name becomes free,
//   so whoever gets this should try again in a while.
// - An object that is being deleted, or whose controller was an earlier owner of the same name, is
//   about to go: a plain Conflict, which a controller tries again quietly.
// - An own object that refuses what the API server takes alone, because others put something in it
//   that apply does not remove or made it immutable, is deleted and made anew: only with
//   Options::replace, and only after a dry run has shown that it can be made.
// Only types declared to the cache can be applied.
class Applier {
 public:
  // All must outlive the applier. `client` should be the manager's, whose writes the cache waits
  // for. `field_manager` is who the API server notes for what is applied; it must stay the same
  // from release to release. `owner_label` is the label on objects that outlive their owner, such
  // as "example.com/owner": needed for those alone.
  Applier(kube::Client& client, const Cache& cache, std::string field_manager, std::string owner_label = {});
  ~Applier();

  struct Options {
    // True: the object has an owner reference, and goes with its owner. False: the object outlives
    // its owner (a PersistentVolumeClaim). The owner label says whose it is, by kind and name, so
    // that an owner created again under its name takes it over: after a live read, once in each
    // process.
    bool owned = true;
    // Whether the owner's foreground deletion waits for the object. That takes the right to update
    // the owner's finalizers where OwnerReferencesPermissionEnforcement is on.
    bool blocks_owner = true;
    // How an own object that cannot take the intent is deleted: "Background" makes the new one at
    // once, "Foreground" waits until what it owns is gone too, and is a plain Conflict until then.
    // Empty: it is left, and the refusal is answered.
    std::string replace = {};
  };
  // `intent` needs metadata.name, metadata.namespace unless of cluster scope, and what is specific
  // to its kind. Owner reference or label are added here. Returns the object as it then is.
  StatusOr<kube::Object> apply(const Context& ctx, const kube::ResourceType& type, const kube::Object& owner,
                               Json intent, const Options& options);
  StatusOr<kube::Object> apply(const Context& ctx, const kube::ResourceType& type, const kube::Object& owner,
                               Json intent);
  // What apply() would do with an object that is the owner's, as a dry run: Invalid when the API
  // server does not take the intent, on `existing` nor alone. Nothing is noted.
  Status dry_run(const Context& ctx, const kube::ResourceType& type, const kube::Object& existing,
                 Json intent);
  // Removes the object if it is the owner's, by reference or by label. An object that is absent or
  // another's is success.
  Status remove(const Context& ctx, const kube::ResourceType& type, const kube::Object& owner,
                const kube::Key& key);
  // Forgets what was applied for an owner that is gone.
  void forget(const std::string& owner_uid);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
