#include "controller/runtime/manager/manager.hpp"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/base/task_group.hpp"
#include "controller/runtime/cache/cache_metrics.hpp"
#include "controller/runtime/controller/controller_impl.hpp"
#include "controller/runtime/leader/leader_metrics.hpp"
#include "controller/runtime/manager/connection.hpp"
#include "controller/runtime/manager/identity.hpp"
#include "controller/runtime/write/fenced_client.hpp"
#include "controller/runtime/write/metered_client.hpp"
#include "controller/runtime/write/write_tracking_client.hpp"

namespace toolhive::runtime {

namespace {

constexpr Duration kDiscoveryAge = std::chrono::seconds(30);
constexpr Duration kLeastGrace = std::chrono::seconds(1);

ManagerOptions completed(ManagerOptions options) {
  if (!options.leader_election) return options;
  LeaderElectionOptions& election = *options.leader_election;
  if (election.lease_name.empty()) election.lease_name = options.name;
  if (election.identity.empty()) election.identity = make_identity();
  return options;
}

ManagerOptions completed(ManagerOptions options, const kube::Config& config) {
  if (options.api_host.empty()) options.api_host = host_of(config.server);
  if (options.leader_election && options.leader_election->ns.empty()) options.leader_election->ns = config.ns;
  return options;
}

void wait_for(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any changed;
  std::unique_lock lock(mutex);
  changed.wait(lock, stop, [] { return false; });
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

struct Manager::Impl {
  Impl(std::shared_ptr<kube::Client> plain, std::shared_ptr<kube::Client> plain_lease, ManagerOptions o);
  Impl(Connection connection, ManagerOptions o);

  struct NamedWork {
    std::string name;
    Work work;
  };

  Reconcile reconcile_by_steps(ControllerSpec& spec);
  TimePoint held_until() const { return election ? election->held_until() : TimePoint::max(); }
  // What comes before the caches.
  Status prepare(const Context& ctx);
  Status caches_ready() const;
  std::string quarantined() const;
  // Everything that only a leader does, until `lost` fires. `stop` tells whether that is because
  // the process ends. Returns whether all of it has ended.
  bool lead(const std::stop_token& lost, const std::stop_token& stop);
  bool end_work(const std::stop_token& stop, std::stop_source& end_passes);
  void start(TaskGroup& group, const std::vector<NamedWork>& all, const std::stop_token& end);
  // All that goes on while not leading. Idempotent.
  void end_rest();

  const ManagerOptions options;
  Clock& clock;
  const std::shared_ptr<kube::Client> plain;
  const std::shared_ptr<kube::Client> plain_lease;

  Metrics metrics;
  Health health;
  MeteredClient reads;  // also what writes go through after the fence
  MeteredClient lease_client;
  Cache cache;
  std::optional<LeaderElection> election;
  FencedClient fenced;
  WriteTrackingClient client;
  Applier applier;
  kube::Discovery discovery;
  EventRecorder events;

  std::vector<std::unique_ptr<ControllerImpl>> controllers;  // unchanged while running
  std::vector<NamedWork> runnables;                          // unchanged while running
  std::vector<NamedWork> leader_work;                        // unchanged while running
  Status build_error;                   // the first of the constructor's and the builders' errors
  bool check_server = false;            // whether to wait for it before all else
  std::vector<std::string> unfinished;  // tasks that did not end in time
  std::optional<TimePoint> stop_by;     // once stopping
  std::stop_source end_runnables;
  std::unique_ptr<Endpoints> endpoints;
  // The last members: their destructors join threads that use the others.
  TaskGroup runnable_tasks;
  TaskGroup tasks;
};

Manager::Impl::Impl(std::shared_ptr<kube::Client> p, std::shared_ptr<kube::Client> l, ManagerOptions o)
    : options(completed(std::move(o))),
      clock(*options.clock),
      plain(std::move(p)),
      plain_lease(std::move(l)),
      reads(*plain, metrics, options.api_host),
      lease_client(*plain_lease, metrics, options.api_host),
      cache(reads, clock, options.namespaces),
      fenced(reads, [this] { return held_until(); }),
      client(fenced, cache),
      applier(client, cache, options.name, options.owner_label),
      discovery(reads, kDiscoveryAge),
      events(client, clock, options.name,
             options.leader_election ? options.leader_election->identity : make_identity()),
      runnable_tasks(clock),
      tasks(clock) {
  if (options.leader_election) election.emplace(lease_client, clock, *options.leader_election);
  expose_cache(metrics, cache, clock);
  if (election) expose_leader_election(metrics, *election, *options.leader_election);
  health.add_readiness("caches", [this] { return caches_ready(); });
  health.add_notice("quarantine", [this] { return quarantined(); });
}

Manager::Impl::Impl(Connection connection, ManagerOptions o)
    : Impl(std::move(connection.client), std::move(connection.lease_client), std::move(o)) {
  build_error = std::move(connection.error);
  check_server = true;
}

Manager::Manager(const kube::Config& config, ManagerOptions options)
    : impl_(std::make_unique<Impl>(connect(config), completed(std::move(options), config))) {}

Manager::Manager(std::shared_ptr<kube::Transport> transport, std::shared_ptr<kube::Transport> lease_transport,
                 ManagerOptions options)
    : Manager(std::shared_ptr<kube::Client>(kube::make_client(std::move(transport))),
              std::shared_ptr<kube::Client>(kube::make_client(std::move(lease_transport))),
              std::move(options)) {}

Manager::Manager(std::shared_ptr<kube::Client> client, std::shared_ptr<kube::Client> lease_client,
                 ManagerOptions options)
    : impl_(std::make_unique<Impl>(std::move(client), std::move(lease_client), std::move(options))) {}

Manager::~Manager() = default;

kube::Client& Manager::client() {
  return impl_->client;
}
Cache& Manager::cache() {
  return impl_->cache;
}
kube::Discovery& Manager::discovery() {
  return impl_->discovery;
}
Applier& Manager::applier() {
  return impl_->applier;
}
EventRecorder& Manager::events() {
  return impl_->events;
}
Metrics& Manager::metrics() {
  return impl_->metrics;
}
Health& Manager::health() {
  return impl_->health;
}
Clock& Manager::clock() {
  return impl_->clock;
}

ControllerHandle Manager::add(std::unique_ptr<ControllerSpec> spec) {
  Impl& m = *impl_;
  const kube::ResourceType type = spec->steps.type;
  Reconcile reconcile = m.reconcile_by_steps(*spec);
  auto controller =
      std::make_unique<ControllerImpl>(std::move(*spec), std::move(reconcile), m.cache, m.metrics, m.clock);
  Status bound = controller->bind();
  if (bound.ok())
    bound = m.cache.add_handler(type, [&m](const Change& change) {
      if (change.type == Change::Type::Deleted) m.applier.forget(std::string(change.before->meta().uid));
    });
  if (m.build_error.ok()) m.build_error = bound;
  return ControllerHandle(*m.controllers.emplace_back(std::move(controller)));
}

Reconcile Manager::Impl::reconcile_by_steps(ControllerSpec& spec) {
  StatusWriter status(client, events, spec.steps.type, options.name, std::move(spec.report));
  const PassTools tools{client, cache, applier, events, std::move(status)};
  auto lifecycle = std::make_shared<Lifecycle>(std::move(spec.steps), tools);
  return [lifecycle](const Context& ctx, const kube::Key& key) { return lifecycle->run(ctx, key); };
}

void Manager::add_runnable(std::string name, Work work) {
  impl_->runnables.push_back({std::move(name), std::move(work)});
}

void Manager::add_leader_work(std::string name, Work work) {
  impl_->leader_work.push_back({std::move(name), std::move(work)});
}

Status Manager::run(std::stop_token stop) {
  Impl& m = *impl_;
  if (!m.build_error.ok()) return m.build_error;
  const Context ctx{stop, TimePoint::max(), m.clock, {}};
  if (Status prepared = m.prepare(ctx); !prepared.ok()) return stop.stop_requested() ? Status() : prepared;
  m.cache.start();
  Status ended;
  // Only a process that could work at once may hold the lease.
  if (m.cache.wait_synced(ctx).ok()) {
    log(LogLevel::Info, "caches are synced");
    m.start(m.runnable_tasks, m.runnables, m.end_runnables.get_token());
    if (m.election) {
      ended = m.election->run(ctx, [&](const std::stop_token& lost) { return m.lead(lost, stop); });
    } else {
      m.lead(stop, stop);
    }
  }
  m.end_rest();
  if (!m.unfinished.empty())
    return {Code::Unfinished, "still running after the time for a graceful stop: " + joined(m.unfinished)};
  log(LogLevel::Info, "stopped");
  return ended;
}

Status Manager::Impl::prepare(const Context& ctx) {
  const EndpointOptions& serving = options.endpoints;
  if (!serving.health_address.empty() || !serving.metrics_address.empty()) {
    auto opened = Endpoints::open(serving, client, health, metrics);
    if (!opened.ok()) return opened.status();
    endpoints = *std::move(opened);
  }
  return check_server ? wait_reachable(ctx, reads) : Status();
}

bool Manager::Impl::lead(const std::stop_token& lost, const std::stop_token& stop) {
  std::stop_source end_passes;
  for (const auto& controller : controllers) controller->start(end_passes.get_token(), tasks);
  start(tasks, leader_work, lost);
  wait_for(lost);
  return end_work(stop, end_passes);
}

void Manager::Impl::start(TaskGroup& group, const std::vector<NamedWork>& all, const std::stop_token& end) {
  for (const NamedWork& work : all) {
    group.start("work " + work.name, [this, &work, end] {
      const LogScope scope({{"work", work.name}});
      try {
        work.work({end, TimePoint::max(), clock, {}});
      } catch (const std::exception& thrown) {
        log(LogLevel::Error, "work ended with an exception", {{"error", thrown.what()}});
      }
    });
  }
}

void Manager::Impl::end_rest() {
  end_runnables.request_stop();
  // A moment in any case: only now do they hear of it.
  const TimePoint soon = clock.now() + kLeastGrace;
  for (std::string& late :
       runnable_tasks.wait(std::max(stop_by.value_or(clock.now() + options.graceful_stop), soon)))
    if (std::find(unfinished.begin(), unfinished.end(), late) == unfinished.end())
      unfinished.push_back(std::move(late));
  events.stop();
  cache.stop();
}

bool Manager::Impl::end_work(const std::stop_token& stop, std::stop_source& end_passes) {
  for (const auto& controller : controllers) controller->stop();
  if (stop.stop_requested()) stop_by = clock.now() + options.graceful_stop;
  // Without the lease no pass can write: there is nothing to finish.
  if (stop.stop_requested()) tasks.wait(clock.now() + options.graceful_stop / 2);
  end_passes.request_stop();
  while (true) {
    unfinished = tasks.wait(clock.now() + options.graceful_stop / 2);
    if (unfinished.empty()) break;
    log(LogLevel::Error, "work does not end although it was told to", {{"work", joined(unfinished)}});
    if (stop.stop_requested()) return false;
  }
  // While the lease is still held, which its last events need.
  if (stop.stop_requested()) end_rest();
  return unfinished.empty();
}

std::string Manager::Impl::quarantined() const {
  std::string text;
  for (const auto& informer : cache.informers())
    if (informer->quarantined() > 0) text += (text.empty() ? "" : "; ") + informer->last_error().message();
  return text;
}

Status Manager::Impl::caches_ready() const {
  std::string problems;
  for (const auto& informer : cache.informers()) {
    const Status error = informer->last_error();
    // A server that is briefly away takes nobody's readiness: the caches serve on. Nor does an
    // object that does not decode: the others are served, and a restart would not mend it.
    if (informer->synced() && (error.ok() || error.retryable() || error.code() == Code::Decode)) continue;
    problems += (problems.empty() ? "" : "; ") + informer->type().to_string();
    if (!informer->options().ns.empty()) problems += " in " + informer->options().ns;
    problems += ": " + (error.ok() ? std::string("not synced yet") : error.message());
  }
  if (problems.empty()) return {};
  return {Code::Unavailable, problems};
}

}  // namespace toolhive::runtime
