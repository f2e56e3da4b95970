#include "controller/runtime/controller/controller_impl.hpp"

#include <cstdio>
#include <exception>
#include <random>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive::runtime {

using kube::Key;
using Outcome = ControllerMetrics::Outcome;

namespace {

// Passes per minute over one key, each of them writing, before it is reported as a loop.
constexpr int kHotLoopLimit = 20;

// A call that ends at the deadline leaves the pass something to do: to see it, and to answer.
constexpr Duration kOverrun = std::chrono::seconds(1);

std::string new_reconcile_id() {
  thread_local std::mt19937_64 random(std::random_device{}());
  char text[20];
  std::snprintf(text, sizeof text, "%016llx", static_cast<unsigned long long>(random()));
  return text;
}

}  // namespace

ControllerImpl::ControllerImpl(ControllerSpec spec, Reconcile reconcile, Cache& cache, Metrics& metrics,
                               Clock& clock)
    : spec_(std::move(spec)),
      reconcile_(std::move(reconcile)),
      cache_(cache),
      clock_(clock),
      metrics_(metrics, spec_.name, spec_.workers),
      hot_loops_(clock, kHotLoopLimit) {}

ControllerImpl::~ControllerImpl() = default;

Status ControllerImpl::bind() {
  for (const ControllerSpec::Source& source : spec_.sources) {
    if (Status declared = cache_.declare(source.type, source.options); !declared.ok())
      return declared.with_context("controller " + spec_.name);
    Status added =
        cache_.add_handler(source.type, [this, &source](const Change& change) { handle(source, change); });
    if (!added.ok()) return added.with_context("controller " + spec_.name);
  }
  for (const auto& [name, function] : spec_.indexes) {
    const Status added = cache_.add_index(spec_.sources.front().type, name, function);
    if (!added.ok()) return added.with_context("controller " + spec_.name);
  }
  return {};
}

void ControllerImpl::start(const std::stop_token& stop, TaskGroup& tasks) {
  WorkQueueOptions options;
  options.base_delay = spec_.backoff.base;
  options.max_delay = spec_.backoff.max;
  auto queue = std::make_shared<WorkQueue>(clock_, options, &metrics_);
  {
    const std::unique_lock lock(mutex_);
    queue_ = queue;
  }
  // From here on changes reach the queue; what was there before comes from the caches.
  for (const ControllerSpec::Source& source : spec_.sources) {
    auto objects = cache_.list(source.type);
    if (!objects.ok()) continue;  // bind() has declared it, and only a user takes that back
    for (kube::Object& object : *objects) {
      Change change;
      change.after = std::move(object);
      change.initial = true;
      handle(source, change);
    }
  }
  for (int i = 0; i < spec_.workers; ++i)
    tasks.start("controller " + spec_.name, [this, queue, stop] { work(*queue, stop); });
}

void ControllerImpl::stop() {
  const std::unique_lock lock(mutex_);
  if (queue_) queue_->shut_down();
  queue_.reset();
}

void ControllerImpl::enqueue(const Key& key, Priority priority) {
  const std::shared_lock lock(mutex_);
  if (queue_) queue_->add(key, priority);
}

void ControllerImpl::handle(const ControllerSpec::Source& source, const Change& change) {
  if (change.type != Change::Type::Deleted && !source.predicate(change)) return;
  const Priority priority = change.initial ? Priority::Low : Priority::Normal;
  for (const Key& key : keys_of(change, source.mapper)) enqueue(key, priority);
}

void ControllerImpl::work(WorkQueue& queue, const std::stop_token& stop) {
  while (const auto key = queue.get()) {
    run_pass(queue, stop, *key);
    queue.done(*key);
  }
}

void ControllerImpl::run_pass(WorkQueue& queue, const std::stop_token& stop, const Key& key) {
  const std::string id = new_reconcile_id();
  const LogScope scope(
      {{"controller", spec_.name}, {"namespace", key.ns}, {"name", key.name}, {"reconcileID", id}});
  const TimePoint start = clock_.now();
  PassStats stats;
  const Context ctx{stop, start + spec_.timeout, clock_, id, &stats};

  metrics_.pass_started();
  const StatusOr<Result> result = call_reconcile(ctx, key);
  const Duration took = clock_.now() - start;
  metrics_.pass_ended(settle(queue, key, result), took);

  if (took > spec_.timeout + kOverrun)
    log(LogLevel::Warn, "a pass went on after its time limit: some call in it does not honour its context");
  if (hot_loops_.pass_ended(key, stats.writes)) {
    metrics_.hot_loop();
    log(LogLevel::Warn,
        "hot loop: every pass of the last minute wrote something, so this object never settles");
  }
}

StatusOr<Result> ControllerImpl::call_reconcile(const Context& ctx, const Key& key) {
  try {
    return reconcile_(ctx, key);
  } catch (const std::exception& thrown) {
    metrics_.exception_caught();
    return Status(Code::Internal, std::string("exception: ") + thrown.what());
  } catch (...) {
    metrics_.exception_caught();
    return Status(Code::Internal, "exception of an unknown type");
  }
}

Outcome ControllerImpl::settle(WorkQueue& queue, const Key& key, const StatusOr<Result>& result) {
  if (result.ok() && result->backoff) {
    queue.add_rate_limited(key, result->requeue_after.value_or(Duration::zero()));
    return Outcome::RequeueAfter;
  }
  if (result.ok()) {
    queue.forget(key);
    if (!result->requeue_after) return Outcome::Success;
    queue.add_after(key, *result->requeue_after);
    return Outcome::RequeueAfter;
  }
  const Status why = result.status();
  if (why.terminal()) {
    queue.forget(key);
    log(LogLevel::Error, "reconcile failed; it is not tried again until something changes",
        {{"error", why.to_string()}});
    return Outcome::TerminalError;
  }
  if (why.code() == Code::Conflict) {
    queue.add_rate_limited(key);
    log(LogLevel::Debug, "an object changed meanwhile; trying again", {{"error", why.to_string()}});
    return Outcome::Conflict;
  }
  // The server's own word on when to come back counts for more than our guess.
  if (why.retry_after()) {
    queue.add_after(key, *why.retry_after());
  } else {
    queue.add_rate_limited(key);
  }
  // Work that was told to end, not work that failed: the next leader does it.
  const bool ended = why.code() == Code::Fenced || why.code() == Code::Cancelled;
  log(ended ? LogLevel::Info : LogLevel::Error, ended ? "reconcile ended early" : "reconcile failed",
      {{"error", why.to_string()}});
  return Outcome::Error;
}

}  // namespace toolhive::runtime
