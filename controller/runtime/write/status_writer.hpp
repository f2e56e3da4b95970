// StatusWriter: the one status write of a reconcile pass, and what people are told when it says
// something new.
#pragma once

#include <functional>
#include <string>

#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"
#include "controller/runtime/events/event_recorder.hpp"
#include "controller/runtime/write/conditions.hpp"

namespace toolhive::runtime {

// Applies `status` on the status subresource of `object` when it differs from what the object has,
// else sends nothing. `status` is the whole status: what it leaves out is removed, as far as this
// manager owns it. Returns whether something was written. An object that is gone, or was replaced
// by another of its name, is success and not written.
StatusOr<bool> write_status(const Context& ctx, kube::Client& client, const kube::ResourceType& type,
                            const kube::Object& object, const Json& status, const std::string& field_manager);

// When and how a change of the condition Ready is told.
struct ReadyReport {
  // The actions of the events, UpperCamelCase: while Ready is True, and otherwise.
  std::string ready_action = "Reconcile";
  std::string not_ready_action = "Reconcile";
  // Also when neither status nor reason changed, but the generation that they are about.
  bool each_generation = false;
  // Whether Ready, not being True, is worth an event; the log has it in any case. Empty: always.
  std::function<bool(const Conditions&)> is_event = {};
};

// Thread-safe.
class StatusWriter {
 public:
  // `client`, which should be the manager's, and `events` must outlive the writer.
  StatusWriter(kube::Client& client, EventRecorder& events, kube::ResourceType type,
               std::string field_manager, ReadyReport report = {});

  // As write_status(). Where something was written and the status or the reason of the condition
  // Ready is another one than before, an event is recorded on the object and a line is logged.
  StatusOr<bool> write(const Context& ctx, const kube::Object& object, const Json& status) const;

 private:
  void tell(const kube::Object& object, const Json& status) const;
  bool is_news(const Condition* before, const Condition& ready) const;

  kube::Client& client_;
  EventRecorder& events_;
  const kube::ResourceType type_;
  const std::string field_manager_;
  const ReadyReport report_;
};

}  // namespace toolhive::runtime
