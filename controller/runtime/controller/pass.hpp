// Pass: one call of a controller's functions for one object: whose turn it is, and what is written
// in its name.
#pragma once

#include <string_view>
#include <utility>

#include "controller/base/context.hpp"
#include "controller/base/json.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/events/event_recorder.hpp"
#include "controller/runtime/write/applier.hpp"
#include "controller/runtime/write/status_writer.hpp"

namespace toolhive::runtime {

// What the passes of one controller share; everything outlives them.
struct PassTools {
  kube::Client& client;
  const Cache& cache;
  Applier& applier;
  EventRecorder& events;
  StatusWriter status;
};

// Lives as long as the call that it is given to, on that call's thread.
class Pass {
 public:
  Pass(const Context& ctx, kube::Object object, const PassTools& tools)
      : ctx_(ctx), object_(std::move(object)), tools_(tools) {}

  // For every call that takes one: it has the pass's deadline, and its token fires when the lease
  // is lost.
  const Context& ctx() const { return ctx_; }
  // The object as the pass found it, with the controller's finalizer where that was just added.
  const kube::Object& object() const { return object_; }
  kube::Key key() const { return object_.key(); }

  // Brings an object of this one's to what `intent` says, as Applier::apply() does, with this one
  // as its owner. Its name and namespace are this one's where `intent` has none. A NameTaken
  // that a function answers becomes a Warning event on the object, and the pass is made again after
  // a minute.
  StatusOr<kube::Object> apply(const kube::ResourceType& type, Json intent,
                               const Applier::Options& options = {}) const;
  // Removes the object `name` of this one's namespace if it is this one's; success when there is
  // none.
  Status remove(const kube::ResourceType& type, std::string_view name) const;
  // Sends `status`, the whole of it, where it differs; see StatusWriter.
  StatusOr<bool> write_status(const Json& status) const { return tools_.status.write(ctx_, object_, status); }
  // Records an event on the object; see EventRecorder.
  void event(EventType type, std::string_view reason, std::string_view action, std::string_view note) const {
    tools_.events.record(object_, type, reason, action, note);
  }

 private:
  friend class Lifecycle;
  std::string_view namespace_for(const kube::ResourceType& type) const;

  const Context& ctx_;
  kube::Object object_;
  const PassTools& tools_;
};

}  // namespace toolhive::runtime
