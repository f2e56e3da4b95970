// EventLog: decides which events are new, which repeat one that was sent, and which are too many.
// Pure bookkeeping, without threads or requests.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::runtime {

// What makes two events equal, and what is sent of them.
struct EventContent {
  std::string api_version, kind, ns, name, uid;  // regarding
  std::string type, reason, action, note;
  auto operator<=>(const EventContent&) const = default;
};

// One request to send: an event, or the new count of a series.
struct EventDelivery {
  EventContent content;
  std::string event_name;
  int count = 1;    // of the series; 1: a new event
  WallTime time{};  // of the latest occurrence
};

// Not thread-safe.
class EventLog {
 public:
  enum class Verdict { New, Repeated, Limited };

  // An occurrence. New: to be sent as `delivery`. Repeated: counted, see due().
  Verdict record(const EventContent& content, TimePoint now, WallTime wall,
                 std::optional<EventDelivery>& delivery);
  // Series whose count is to be written now. `all`: also those written less than a minute ago.
  std::vector<EventDelivery> due(TimePoint now, bool all = false);
  // When due() will next have something; max when nothing repeats.
  TimePoint next_due() const;
  // The event was not stored, or is gone: the next occurrence is a new one.
  void forget(const EventContent& content) { entries_.erase(content); }

 private:
  struct Entry {
    std::string event_name;
    int count = 1;
    int written = 1;
    TimePoint last_seen{};
    TimePoint last_written{};
    WallTime last_wall{};
  };
  // Tokens of one object, refilled with time.
  struct Bucket {
    double tokens = 0;
    TimePoint filled{};
  };
  bool take_token(const std::string& object, TimePoint now);
  void expire(TimePoint now);

  std::map<EventContent, Entry> entries_;  // seen within kSeriesWindow
  std::map<std::string, Bucket> buckets_;  // by uid; a full bucket is the same as none
  TimePoint next_expiry_{};
};

}  // namespace toolhive::runtime
