#include "controller/runtime/events/event_log.hpp"

#include <algorithm>
#include <cstdio>

namespace toolhive::runtime {

namespace {

constexpr Duration kSeriesWindow = std::chrono::minutes(6);
constexpr Duration kWriteInterval = std::chrono::minutes(1);
constexpr double kBurst = 25;
constexpr Duration kRefill = std::chrono::minutes(5);  // per token

// "<object>.<time in hex>", as other components name events: unique per object and moment.
std::string name_event(const EventContent& content, WallTime wall) {
  constexpr std::size_t kMaxObjectName = 230;
  char suffix[20];
  std::snprintf(suffix, sizeof suffix, ".%016llx",
                static_cast<unsigned long long>(wall.time_since_epoch().count()));
  return content.name.substr(0, kMaxObjectName) + suffix;
}

}  // namespace

EventLog::Verdict EventLog::record(const EventContent& content, TimePoint now, WallTime wall,
                                   std::optional<EventDelivery>& delivery) {
  expire(now);
  if (const auto known = entries_.find(content); known != entries_.end()) {
    Entry& entry = known->second;
    ++entry.count;
    entry.last_seen = now;
    entry.last_wall = wall;
    return Verdict::Repeated;
  }
  if (!take_token(content.uid, now)) return Verdict::Limited;
  Entry entry;
  entry.event_name = name_event(content, wall);
  entry.last_seen = entry.last_written = now;
  entry.last_wall = wall;
  delivery = EventDelivery{content, entry.event_name, 1, wall};
  entries_.emplace(content, std::move(entry));
  return Verdict::New;
}

std::vector<EventDelivery> EventLog::due(TimePoint now, bool all) {
  std::vector<EventDelivery> deliveries;
  for (auto& [content, entry] : entries_) {
    if (entry.count == entry.written || (!all && now < entry.last_written + kWriteInterval)) continue;
    deliveries.push_back({content, entry.event_name, entry.count, entry.last_wall});
    entry.written = entry.count;
    entry.last_written = now;
  }
  return deliveries;
}

TimePoint EventLog::next_due() const {
  TimePoint next = TimePoint::max();
  for (const auto& [content, entry] : entries_)
    if (entry.count != entry.written) next = std::min(next, entry.last_written + kWriteInterval);
  return next;
}

bool EventLog::take_token(const std::string& object, TimePoint now) {
  const auto [entry, fresh] = buckets_.try_emplace(object, Bucket{kBurst, now});
  Bucket& bucket = entry->second;
  const double gained =
      std::chrono::duration<double>(now - bucket.filled) / std::chrono::duration<double>(kRefill);
  bucket.tokens = std::min(kBurst, bucket.tokens + gained);
  bucket.filled = now;
  if (bucket.tokens < 1) return false;
  bucket.tokens -= 1;
  return true;
}

void EventLog::expire(TimePoint now) {
  if (now < next_expiry_) return;
  next_expiry_ = now + kWriteInterval;
  std::erase_if(entries_, [&](const auto& entry) {
    return now - entry.second.last_seen > kSeriesWindow && entry.second.count == entry.second.written;
  });
  std::erase_if(buckets_, [&](const auto& entry) {
    return entry.second.tokens + (now - entry.second.filled) / kRefill >= kBurst;
  });
}

}  // namespace toolhive::runtime
