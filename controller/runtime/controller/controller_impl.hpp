// ControllerImpl: a controller at work. Behind ControllerBuilder and Manager, not for users.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/task_group.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/cache/mapping.hpp"
#include "controller/runtime/controller/controller_metrics.hpp"
#include "controller/runtime/controller/hot_loop.hpp"
#include "controller/runtime/controller/lifecycle.hpp"
#include "controller/runtime/controller/reconcile.hpp"
#include "controller/runtime/controller/work_queue.hpp"

namespace toolhive::runtime {

// One pass over the object that a key names, whatever state it is in. An exception counts as an
// Internal error.
using Reconcile = std::function<StatusOr<Result>(const Context&, const kube::Key&)>;

// What the builder collects.
struct ControllerSpec {
  struct Source {
    kube::ResourceType type;
    InformerOptions options;
    Mapper mapper;
    Predicate predicate;
  };
  std::string name;
  // the first one is the controller's own type
  std::vector<Source> sources;
  std::vector<std::pair<std::string, IndexFunction>> indexes;  // of that type
  int workers = 1;
  Duration timeout = std::chrono::minutes(2);
  BackoffOptions backoff;
  ReadyReport report;
  LifecycleSteps steps;
};

// Watches from bind() on, works from start() to the end of stop(); may be started again. Between,
// changes are dropped: start() goes through every object anyway.
class ControllerImpl {
 public:
  // `reconcile` runs the steps.
  ControllerImpl(ControllerSpec spec, Reconcile reconcile, Cache& cache, Metrics& metrics, Clock& clock);
  ~ControllerImpl();

  // Declares the sources and indexes to the cache.
  Status bind();

  // The caches are synced. `stop` ends the passes under way.
  void start(const std::stop_token& stop, TaskGroup& tasks);
  // No further pass begins; those under way go on.
  void stop();
  void enqueue(const kube::Key& key, Priority priority = Priority::Normal);

 private:
  void handle(const ControllerSpec::Source& source, const Change& change);
  void work(WorkQueue& queue, const std::stop_token& stop);
  void run_pass(WorkQueue& queue, const std::stop_token& stop, const kube::Key& key);
  StatusOr<Result> call_reconcile(const Context& ctx, const kube::Key& key);
  // Decides when `key` comes again, and reports.
  ControllerMetrics::Outcome settle(WorkQueue& queue, const kube::Key& key, const StatusOr<Result>& result);

  const ControllerSpec spec_;
  const Reconcile reconcile_;
  Cache& cache_;
  Clock& clock_;
  ControllerMetrics metrics_;
  HotLoopDetector hot_loops_;

  std::shared_mutex mutex_;
  std::shared_ptr<WorkQueue> queue_;  // guarded by mutex_; empty while not working
};

}  // namespace toolhive::runtime
