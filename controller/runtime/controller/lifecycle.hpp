// Lifecycle: which of a controller's functions an object gets, by the state that it is found in.
// Behind ControllerBuilder, not for users.
//
//   the object               is given to
//   is gone                  gone(key)
//   is being deleted         finalize(pass, object) while it has the finalizer, which goes when that is done
//   is paused                paused(pass)
//   does not decode          invalid(pass, why), by default a Warning event once per generation
//   else                     reconcile(pass, view), after the finalizer was set or removed as need(view) says
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <utility>

#include "controller/runtime/controller/pass.hpp"
#include "controller/runtime/controller/reconcile.hpp"

namespace toolhive::runtime {

enum class FinalizerNeed { Needed, NotNeeded };

// The functions of a controller, without the type of its objects.
struct LifecycleSteps {
  // A kube::Ref<T> of the controller's T.
  using View = std::shared_ptr<const void>;

  kube::ResourceType type;
  std::function<StatusOr<View>(const kube::Object&)> decode;
  std::function<StatusOr<Result>(Pass&, const View&)> reconcile;
  // What follows may be empty.
  std::function<void(const kube::Key&)> gone;
  std::function<bool(const kube::Object&)> is_paused;  // given together with `paused`
  std::function<StatusOr<Result>(Pass&)> paused;
  std::function<StatusOr<Result>(Pass&, const Status&)> invalid;
  std::string finalizer;
  std::function<StatusOr<Result>(Pass&, const kube::Object&)> finalize;
  std::function<FinalizerNeed(const View&)> need;  // empty: always Needed
};

// Thread-safe for passes over different keys.
class Lifecycle {
 public:
  Lifecycle(LifecycleSteps steps, const PassTools& tools) : steps_(std::move(steps)), tools_(tools) {}

  StatusOr<Result> run(const Context& ctx, const kube::Key& key);

 private:
  StatusOr<Result> step(Pass& pass);
  StatusOr<Result> finalize(Pass& pass);
  StatusOr<Result> invalid(Pass& pass, const Status& why);
  Status sync_finalizer(Pass& pass, FinalizerNeed need);
  bool is_new_to_tell(const kube::Object& object);

  const LifecycleSteps steps_;
  const PassTools tools_;
  std::mutex mutex_;
  // Of objects that do not decode, the uid and generation that was told of. Guarded by mutex_.
  std::unordered_map<kube::Key, std::pair<std::string, std::int64_t>> told_;
};

}  // namespace toolhive::runtime
