// EventRecorder: tells users of an object what happened to it, through events.k8s.io/v1.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "controller/kube/client.hpp"
#include "controller/kube/clock.hpp"
#include "controller/kube/object.hpp"

namespace runtime {

enum class EventType { Normal, Warning };

// Thread-safe and never blocking: events are sent by a thread of its own, from a bounded queue that drops the
// oldest and counts what it dropped. An equal event repeated within 6 minutes becomes one with a series
// (KEP-383). At most 25 events per object in a burst, then one in 5 minutes.
class EventRecorder {
 public:
  EventRecorder(kube::Client& client, kube::Clock& clock, std::string reporting_controller,
                std::string reporting_instance);
  ~EventRecorder();  // sends what is queued, for at most 2 s

  // `reason` and `action` are UpperCamelCase words that users may rely on; `note` is at most 1 kB and holds
  // no secret.
  void record(const kube::Object& regarding, EventType type, std::string_view reason, std::string_view action,
              std::string_view note);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runtime
