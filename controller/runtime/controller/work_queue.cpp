#include "controller/runtime/controller/work_queue.hpp"

#include <algorithm>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>

namespace toolhive::runtime {

using kube::Key;

namespace {

// A key of dirty: wanted by somebody and not yet handed out for it.
struct ReadyItem {
  TimePoint since;     // when it became ready, for the metric of waiting
  TimePoint rank;      // `since`, later by the ageing of Low keys: the order of handing out
  std::uint64_t turn;  // breaks ties first come, first served
  auto order() const { return std::tie(rank, turn); }
};

// Also for a delay that a server asked for and that no clock reaches.
TimePoint after(TimePoint now, Duration delay) {
  return delay < TimePoint::max() - now ? now + delay : TimePoint::max();
}

}  // namespace

// All members are guarded by `mutex`. A key is in at most one of `ready` and `delayed`.
struct WorkQueue::State {
  State(Clock& c, WorkQueueOptions o, WorkQueueObserver* w) : clock(c), options(o), observer(w) {}

  Clock& clock;
  const WorkQueueOptions options;
  WorkQueueObserver* const observer;

  mutable std::mutex mutex;
  // a key became ready, the next delay is another one, or the queue ends
  std::condition_variable changed;

  // Every key that must be handed out once more, whether it is ready or a worker still has it.
  std::unordered_map<Key, ReadyItem> dirty;
  // Every key that get() handed out and done() has not taken back, with the time of get().
  std::unordered_map<Key, TimePoint> processing;
  // Exactly the dirty keys that no worker has, in the order of handing out.
  std::set<std::tuple<TimePoint, std::uint64_t, Key>> ready;
  // Every key that becomes dirty at a time to come; never a key of dirty. `schedule` holds the same
  // pairs by time.
  std::unordered_map<Key, TimePoint> delayed;
  std::set<std::pair<TimePoint, Key>> schedule;
  // Failures since the last forget() whose retry was waited for; never zero.
  std::unordered_map<Key, int> failures;
  // Keys of delayed that wait for their backoff, which `failures` counts in advance.
  std::unordered_set<Key> backing_off;
  std::uint64_t next_turn = 0;
  bool shut_down = false;

  void report_depth() const {
    if (observer) observer->depth(ready.size());
  }

  void undelay(const Key& key) {
    if (auto found = delayed.find(key); found != delayed.end()) {
      schedule.erase({found->second, key});
      delayed.erase(found);
    }
  }

  // `since` may lie in the past, for a key whose delay ended while all workers were busy.
  void want(const Key& key, Priority priority, TimePoint since) {
    undelay(key);
    backing_off.erase(key);
    const bool held = processing.contains(key);
    ReadyItem item{since, priority == Priority::Low ? since + options.ageing : since, next_turn++};
    auto [entry, fresh] = dirty.try_emplace(key, item);
    if (!fresh) {
      // Only ever forward: a Normal add raises a Low key, nothing pushes a key back.
      if (item.order() >= entry->second.order()) return;
      if (!held) ready.erase({entry->second.rank, entry->second.turn, key});
      item.since = entry->second.since;
      entry->second = item;
    } else if (observer) {
      observer->added();
    }
    if (held) return;  // done() makes it ready
    ready.emplace(item.rank, item.turn, key);
    report_depth();
    changed.notify_one();
  }

  // The backoff of `key` is not waited for: what failed will be tried for another reason, and its
  // failure says nothing about how long the cause lasts.
  void overtake_backoff(const Key& key) {
    if (backing_off.erase(key) == 0) return;
    const auto count = failures.find(key);
    if (count != failures.end() && --count->second == 0) failures.erase(count);
  }

  void delay(const Key& key, TimePoint at) {
    if (dirty.contains(key)) return;  // handed out before `at` anyway
    auto [entry, fresh] = delayed.try_emplace(key, at);
    if (!fresh) {
      if (entry->second <= at) return;
      schedule.erase({entry->second, key});
      entry->second = at;
    }
    schedule.emplace(at, key);
    if (schedule.begin()->second == key) changed.notify_one();
  }

  void release_due(TimePoint now) {
    while (!schedule.empty() && schedule.begin()->first <= now) {
      const auto [due, key] = *schedule.begin();
      want(key, Priority::Normal, due);  // takes it out of the schedule
    }
  }

  Duration next_backoff(const Key& key) {
    const int attempt = failures[key]++;
    Duration delay = options.base_delay;
    for (int i = 0; i < attempt && delay < options.max_delay; ++i) delay *= 2;
    return std::min(delay, options.max_delay);
  }
};

WorkQueue::WorkQueue(Clock& clock, WorkQueueOptions options, WorkQueueObserver* observer)
    : state_(std::make_unique<State>(clock, options, observer)) {}

WorkQueue::~WorkQueue() = default;

void WorkQueue::add(const Key& key, Priority priority) {
  std::lock_guard lock(state_->mutex);
  if (state_->shut_down) return;
  state_->release_due(state_->clock.now());  // a backoff that is over was waited for
  state_->overtake_backoff(key);
  state_->want(key, priority, state_->clock.now());
}

void WorkQueue::add_after(const Key& key, Duration delay) {
  std::lock_guard lock(state_->mutex);
  if (state_->shut_down) return;
  const TimePoint now = state_->clock.now();
  if (delay <= Duration::zero()) {
    state_->want(key, Priority::Normal, now);
  } else {
    state_->delay(key, after(now, delay));
  }
}

void WorkQueue::add_rate_limited(const Key& key, Duration least) {
  std::lock_guard lock(state_->mutex);
  if (state_->shut_down) return;
  if (state_->observer) state_->observer->retried();
  state_->release_due(state_->clock.now());
  // a change came meanwhile: no backoff will be waited for
  if (state_->dirty.contains(key)) return;
  const Duration backoff = state_->next_backoff(key);
  state_->delay(key, after(state_->clock.now(), std::max(backoff, least)));
  state_->backing_off.insert(key);
}

void WorkQueue::forget(const Key& key) {
  std::lock_guard lock(state_->mutex);
  state_->failures.erase(key);
  state_->backing_off.erase(key);
}

std::optional<Key> WorkQueue::get() {
  State& s = *state_;
  std::unique_lock lock(s.mutex);
  while (!s.shut_down) {
    const TimePoint now = s.clock.now();
    s.release_due(now);
    if (s.ready.empty()) {
      s.clock.wait_until(lock, s.changed, s.schedule.empty() ? TimePoint::max() : s.schedule.begin()->first);
      continue;
    }
    Key key = std::get<Key>(*s.ready.begin());
    s.ready.erase(s.ready.begin());
    const auto item = s.dirty.find(key);
    if (s.observer) s.observer->taken(now - item->second.since);
    s.dirty.erase(item);
    s.processing.emplace(key, now);
    s.report_depth();
    // This worker may have been the only one that minded the schedule, or the only one woken for
    // two keys.
    if (!s.ready.empty() || !s.schedule.empty()) s.changed.notify_one();
    return key;
  }
  return std::nullopt;
}

void WorkQueue::done(const Key& key) {
  State& s = *state_;
  std::lock_guard lock(s.mutex);
  const auto held = s.processing.find(key);
  if (held == s.processing.end()) return;
  if (s.observer) s.observer->finished(s.clock.now() - held->second);
  s.processing.erase(held);
  if (const auto item = s.dirty.find(key); item != s.dirty.end()) {
    s.ready.emplace(item->second.rank, item->second.turn, key);
    s.report_depth();
    s.changed.notify_one();
  }
}

std::size_t WorkQueue::depth() const {
  std::lock_guard lock(state_->mutex);
  state_->release_due(state_->clock.now());
  return state_->ready.size();
}

void WorkQueue::shut_down() {
  State& s = *state_;
  std::lock_guard lock(s.mutex);
  s.shut_down = true;
  s.dirty.clear();
  s.ready.clear();
  s.delayed.clear();
  s.schedule.clear();
  s.backing_off.clear();
  s.report_depth();
  s.changed.notify_all();
}

}  // namespace toolhive::runtime
