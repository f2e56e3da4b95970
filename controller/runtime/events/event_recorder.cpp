#include "controller/runtime/events/event_recorder.hpp"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <nlohmann/json.hpp>
#include <thread>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/base/time.hpp"
#include "controller/base/utf8.hpp"
#include "controller/runtime/events/event_log.hpp"

namespace toolhive::runtime {

namespace {

constexpr std::size_t kMaxQueue = 1000;
constexpr std::size_t kMaxNote = 1024;
constexpr Duration kStopTime = std::chrono::seconds(2);

const kube::ResourceType kEvent{"events.k8s.io", "v1", "Event", "events", kube::Scope::Namespaced};

// Events about objects of cluster scope live in the default namespace.
std::string namespace_of(const EventContent& content) {
  return content.ns.empty() ? "default" : content.ns;
}

}  // namespace

struct EventRecorder::Impl {
  Impl(kube::Client& c, Clock& k, std::string controller, std::string instance)
      : client(c),
        clock(k),
        reporting_controller(std::move(controller)),
        reporting_instance(std::move(instance)) {}

  void run();
  void send(const EventDelivery& delivery);
  Status create(const Context& ctx, const EventDelivery& delivery);
  Status count_up(const Context& ctx, const EventDelivery& delivery);

  kube::Client& client;
  Clock& clock;
  const std::string reporting_controller;
  const std::string reporting_instance;

  mutable std::mutex mutex;  // guards all below; never held while a request is sent
  std::condition_variable changed;
  EventLog log;
  std::deque<EventDelivery> queue;  // new events, oldest first, at most kMaxQueue
  Counters count;
  bool stopping = false;
  TimePoint stop_deadline = TimePoint::max();

  std::thread thread;
};

EventRecorder::EventRecorder(kube::Client& client, Clock& clock, std::string reporting_controller,
                             std::string reporting_instance)
    : impl_(std::make_unique<Impl>(client, clock, std::move(reporting_controller),
                                   std::move(reporting_instance))) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

EventRecorder::~EventRecorder() {
  stop();
}

void EventRecorder::record(const kube::Object& regarding, EventType type, std::string_view reason,
                           std::string_view action, std::string_view note) {
  const kube::Meta& meta = regarding.meta();
  EventContent content{.api_version = std::string(regarding.api_version()),
                       .kind = std::string(regarding.kind()),
                       .ns = std::string(meta.ns),
                       .name = std::string(meta.name),
                       .uid = std::string(meta.uid),
                       .type = type == EventType::Warning ? "Warning" : "Normal",
                       .reason = std::string(reason),
                       .action = std::string(action),
                       .note = std::string(truncate_utf8(note, kMaxNote))};
  Impl& s = *impl_;
  const std::lock_guard lock(s.mutex);
  if (s.stopping) return;
  std::optional<EventDelivery> delivery;
  switch (s.log.record(content, s.clock.now(), s.clock.wall(), delivery)) {
    case EventLog::Verdict::Limited:
      ++s.count.limited;
      return;
    case EventLog::Verdict::Repeated:
      break;
    case EventLog::Verdict::New:
      s.queue.push_back(std::move(*delivery));
      if (s.queue.size() > kMaxQueue) {
        s.log.forget(s.queue.front().content);
        s.queue.pop_front();
        ++s.count.dropped;
      }
      break;
  }
  s.changed.notify_one();
}

void EventRecorder::stop() {
  Impl& s = *impl_;
  if (!s.thread.joinable()) return;
  {
    const std::lock_guard lock(s.mutex);
    s.stopping = true;
    s.stop_deadline = s.clock.now() + kStopTime;
    s.changed.notify_one();
  }
  s.thread.join();
}

EventRecorder::Counters EventRecorder::counters() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->count;
}

void EventRecorder::Impl::run() {
  std::unique_lock lock(mutex);
  while (true) {
    if (queue.empty())
      for (EventDelivery& repeated : log.due(clock.now(), stopping)) queue.push_back(std::move(repeated));
    if (stopping && (queue.empty() || clock.now() >= stop_deadline)) break;
    if (queue.empty()) {
      clock.wait_until(lock, changed, log.next_due());
      continue;
    }
    const EventDelivery delivery = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    send(delivery);
    lock.lock();
  }
  count.dropped += queue.size();
}

void EventRecorder::Impl::send(const EventDelivery& delivery) {
  const Context ctx{{}, clock.now() + kStopTime, clock, {}};
  const Status sent = delivery.count == 1 ? create(ctx, delivery) : count_up(ctx, delivery);
  const std::lock_guard lock(mutex);
  if (sent.ok()) {
    ++count.sent;
    return;
  }
  ++count.dropped;
  log.forget(delivery.content);
  toolhive::log(LogLevel::Debug, "an event was not stored",
                {{"kind", delivery.content.kind},
                 {"namespace", delivery.content.ns},
                 {"name", delivery.content.name},
                 {"error", sent.to_string()}});
}

Status EventRecorder::Impl::create(const Context& ctx, const EventDelivery& delivery) {
  const EventContent& about = delivery.content;
  Json regarding = {
      {"apiVersion", about.api_version}, {"kind", about.kind}, {"name", about.name}, {"uid", about.uid}};
  if (!about.ns.empty()) regarding["namespace"] = about.ns;
  const Json event = {{"apiVersion", kEvent.api_version()},
                      {"kind", kEvent.kind},
                      {"metadata", {{"namespace", namespace_of(about)}, {"name", delivery.event_name}}},
                      {"eventTime", to_rfc3339_micro(delivery.time)},
                      {"reportingController", reporting_controller},
                      {"reportingInstance", reporting_instance},
                      {"type", about.type},
                      {"reason", about.reason},
                      {"action", about.action},
                      {"note", about.note},
                      {"regarding", std::move(regarding)}};
  return client.create(ctx, kEvent, event).status();
}

Status EventRecorder::Impl::count_up(const Context& ctx, const EventDelivery& delivery) {
  const Json patch = {
      {"series", {{"count", delivery.count}, {"lastObservedTime", to_rfc3339_micro(delivery.time)}}}};
  return client
      .patch(ctx, kEvent, {namespace_of(delivery.content), delivery.event_name}, kube::PatchType::MergePatch,
             patch)
      .status();
}

}  // namespace toolhive::runtime
