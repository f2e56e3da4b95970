// EventRecorder: tells users of an object what happened to it, through events.k8s.io/v1.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "controller/base/clock.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/object/object.hpp"

namespace toolhive::runtime {

enum class EventType { Normal, Warning };

// Thread-safe and never blocking: events are sent by a thread of its own, from a bounded queue that
// drops the oldest and counts what it dropped. An equal event repeated within 6 minutes becomes one
// with a series (KEP-383), whose count is written at most once a minute. At most 25 events per
// object in a burst, then one in 5 minutes.
class EventRecorder {
 public:
  // `client` and `clock` must outlive this.
  EventRecorder(kube::Client& client, Clock& clock, std::string reporting_controller,
                std::string reporting_instance);
  ~EventRecorder();  // as stop()

  // `reason` and `action` are UpperCamelCase words that users may rely on; `note` is cut to 1 kB
  // and holds no secret. Nothing happens after stop().
  void record(const kube::Object& regarding, EventType type, std::string_view reason, std::string_view action,
              std::string_view note);

  // Sends what is queued, for at most 2 s, and ends the thread.
  void stop();

  struct Counters {
    std::uint64_t sent = 0;
    std::uint64_t limited = 0;  // not sent because of the rate limit
    std::uint64_t dropped = 0;  // because the queue was full, or the API server refused
  };
  Counters counters() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
