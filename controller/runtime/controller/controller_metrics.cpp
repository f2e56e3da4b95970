#include "controller/runtime/controller/controller_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

namespace toolhive::runtime {

namespace {

using prometheus::Counter;
using prometheus::Gauge;
using prometheus::Histogram;
using Labels = prometheus::Labels;

double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

Histogram::BucketBoundaries reconcile_buckets() {
  return {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120};
}
Histogram::BucketBoundaries queue_buckets() {
  return {1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1, 1, 10, 100, 1000};
}

Counter& counter(Metrics& metrics, const char* name, const char* help, const Labels& labels) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(metrics.registry()).Add(labels);
}
Gauge& gauge(Metrics& metrics, const char* name, const char* help, const Labels& labels) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(metrics.registry()).Add(labels);
}
Histogram& histogram(Metrics& metrics, const char* name, const char* help, const Labels& labels,
                     const Histogram::BucketBoundaries& buckets) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(metrics.registry()).Add(labels, buckets);
}

}  // namespace

struct ControllerMetrics::Impl {
  Impl(Metrics& m, const std::string& controller)
      : by_controller{{"controller", controller}},
        by_queue{{"controller", controller}, {"name", controller}},
        success(total(m, "success")),
        requeue_after(total(m, "requeue_after")),
        requeue(total(m, "requeue")),
        error(total(m, "error")),
        errors(counter(m, "controller_runtime_reconcile_errors_total", "Passes that ended with an error",
                       by_controller)),
        terminal_errors(counter(m, "controller_runtime_terminal_reconcile_errors_total",
                                "Passes that ended with an error which only a change can mend",
                                by_controller)),
        exceptions(counter(m, "controller_runtime_reconcile_panics_total",
                           "Passes that ended with an exception", by_controller)),
        conflicts(counter(m, "controller_runtime_reconcile_conflicts_total",
                          "Passes that were repeated because an object had changed meanwhile",
                          by_controller)),
        hot_loops(counter(m, "controller_runtime_hot_loops_total",
                          "Times that one object was written to by pass after pass", by_controller)),
        time(histogram(m, "controller_runtime_reconcile_time_seconds", "Duration of a pass", by_controller,
                       reconcile_buckets())),
        active(gauge(m, "controller_runtime_active_workers", "Workers with a pass under way", by_controller)),
        workers(gauge(m, "controller_runtime_max_concurrent_reconciles", "Workers", by_controller)),
        queue_depth(gauge(m, "workqueue_depth", "Keys ready to be reconciled", by_queue)),
        queue_adds(counter(m, "workqueue_adds_total", "Keys added", by_queue)),
        queue_retries(counter(m, "workqueue_retries_total", "Keys added again after a failure", by_queue)),
        queue_wait(histogram(m, "workqueue_queue_duration_seconds",
                             "How long keys were ready before a worker took them", by_queue,
                             queue_buckets())),
        queue_work(histogram(m, "workqueue_work_duration_seconds", "How long workers had keys", by_queue,
                             queue_buckets())) {}

  Counter& total(Metrics& m, const char* result) {
    Labels labels = by_controller;
    labels["result"] = result;
    return counter(m, "controller_runtime_reconcile_total", "Passes by result", labels);
  }

  const Labels by_controller;
  const Labels by_queue;
  Counter& success;
  Counter& requeue_after;
  Counter& requeue;
  Counter& error;
  Counter& errors;
  Counter& terminal_errors;
  Counter& exceptions;
  Counter& conflicts;
  Counter& hot_loops;
  Histogram& time;
  Gauge& active;
  Gauge& workers;
  Gauge& queue_depth;
  Counter& queue_adds;
  Counter& queue_retries;
  Histogram& queue_wait;
  Histogram& queue_work;
};

ControllerMetrics::ControllerMetrics(Metrics& metrics, const std::string& controller, int workers)
    : impl_(std::make_unique<Impl>(metrics, controller)) {
  impl_->workers.Set(workers);
}

ControllerMetrics::~ControllerMetrics() = default;

void ControllerMetrics::pass_started() {
  impl_->active.Increment();
}

void ControllerMetrics::pass_ended(Outcome outcome, Duration took) {
  impl_->active.Decrement();
  impl_->time.Observe(seconds(took));
  switch (outcome) {
    case Outcome::Success:
      impl_->success.Increment();
      break;
    case Outcome::RequeueAfter:
      impl_->requeue_after.Increment();
      break;
    case Outcome::Conflict:
      impl_->requeue.Increment();
      impl_->conflicts.Increment();
      break;
    case Outcome::TerminalError:
      impl_->terminal_errors.Increment();
      [[fallthrough]];
    case Outcome::Error:
      impl_->error.Increment();
      impl_->errors.Increment();
      break;
  }
}

void ControllerMetrics::exception_caught() {
  impl_->exceptions.Increment();
}
void ControllerMetrics::hot_loop() {
  impl_->hot_loops.Increment();
}
void ControllerMetrics::added() {
  impl_->queue_adds.Increment();
}
void ControllerMetrics::depth(std::size_t ready) {
  impl_->queue_depth.Set(static_cast<double>(ready));
}
void ControllerMetrics::retried() {
  impl_->queue_retries.Increment();
}
void ControllerMetrics::taken(Duration waited) {
  impl_->queue_wait.Observe(seconds(waited));
}
void ControllerMetrics::finished(Duration worked) {
  impl_->queue_work.Observe(seconds(worked));
}

}  // namespace toolhive::runtime
