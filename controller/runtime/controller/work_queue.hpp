// WorkQueue: the keys that wait to be reconciled.
//
// Contract
// - a key is handed to one worker at a time;
// - a key added several times before a worker takes it is handed out once;
// - a key added while a worker has it is handed out once more, after done();
// - a key waits for one time only, the earliest it was added for: add() overtakes a delay, and a
//   delay never holds back a key that is ready;
// - a key's backoff doubles with each failure whose backoff was waited for. A failure after which
//   the key was added for another reason does not count: while an object is busy, each of its
//   changes is tried at once, and how many of them fail says nothing about how long the cause
//   lasts. So the wait is never longer than the trouble was, which counting every failure, as
//   client-go does, does not give.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>

#include "controller/base/clock.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::runtime {

// Low is for the initial list, so that a restart does not hold up what users are changing now. A
// Low key counts as a Normal one that was added `WorkQueueOptions::ageing` later, so nothing
// starves.
enum class Priority { Low, Normal };

struct WorkQueueOptions {
  Duration base_delay = std::chrono::milliseconds(5);  // of add_rate_limited, doubling per failure
  Duration max_delay = std::chrono::seconds(1000);
  Duration ageing = std::chrono::seconds(10);
};

// What the queue tells whoever measures it. Called with the queue's lock held: implementations only
// count.
class WorkQueueObserver {
 public:
  virtual ~WorkQueueObserver() = default;
  virtual void added() = 0;
  virtual void depth(std::size_t ready) = 0;
  virtual void retried() = 0;
  virtual void taken(Duration waited) = 0;
  virtual void finished(Duration worked) = 0;
};

// Thread-safe.
class WorkQueue {
 public:
  // `clock` and `observer` must outlive the queue.
  explicit WorkQueue(Clock& clock, WorkQueueOptions options = {}, WorkQueueObserver* observer = nullptr);
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void add(const kube::Key& key, Priority priority = Priority::Normal);
  void add_after(const kube::Key& key, Duration delay);
  // After this key's own backoff, which starts over after forget(), and not before `least` is over.
  void add_rate_limited(const kube::Key& key, Duration least = {});
  void forget(const kube::Key& key);

  // Blocks for the next key; nothing once the queue is shut down. Every key taken is given back by
  // done().
  std::optional<kube::Key> get();
  void done(const kube::Key& key);

  // Keys ready now; delayed keys do not count.
  std::size_t depth() const;

  // Refuses further adds, drops the keys that wait and wakes all workers. Nothing is lost: whoever
  // works next lists every object again.
  void shut_down();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace toolhive::runtime
