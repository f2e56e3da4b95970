// Manager: starts the parts of an operator in order, and stops them in reverse.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/kube/client/discovery.hpp"
#include "controller/kube/config/config.hpp"
#include "controller/kube/config/default_name.hpp"
#include "controller/runtime/cache/cache.hpp"
#include "controller/runtime/events/event_recorder.hpp"
#include "controller/runtime/leader/leader_election.hpp"
#include "controller/runtime/manager/controller.hpp"
#include "controller/runtime/monitor/health.hpp"
#include "controller/runtime/monitor/metrics.hpp"
#include "controller/runtime/serve/endpoints.hpp"
#include "controller/runtime/write/applier.hpp"

namespace toolhive::runtime {

struct ControllerSpec;

struct ManagerOptions {
  // Reporting controller of events, and the field manager of what is applied: it must stay the same
  // from release to release.
  std::string name = kube::kDefaultName;
  std::string owner_label = {};  // see Applier
  // host:port of the API server, a label of the rest_client metrics. Empty: that of the
  // kube::Config.
  std::string api_host = {};
  std::vector<std::string> namespaces = {};  // empty: all
  // Without it this process always acts. What is left empty is filled in: `ns` with the namespace
  // of the kube::Config, `lease_name` with `name`, `identity` with the pod's or host's name and a
  // random suffix.
  std::optional<LeaderElectionOptions> leader_election = {};
  // what is served of health and metrics; nothing unless an address is given
  EndpointOptions endpoints = {};
  Duration graceful_stop = std::chrono::seconds(30);
  Clock* clock = &system_clock();
};

// The client() of a manager fences every mutating call with the leader lease, counts requests, and
// remembers writes for Read::ReadYourWrites. What a Manager hands out lives as long as it does.
class Manager {
 public:
  // Connects to the API server of `config`, for the leader lease apart from all else, so that busy
  // connections cannot cost it. A configuration that cannot work is the error of run(), and of
  // every call of client() before.
  Manager(const kube::Config& config, ManagerOptions options);
  // Over transports or clients that exist, for tests that inject faults. `lease_transport` carries
  // the leader lease alone; it may be the same as `transport`.
  Manager(std::shared_ptr<kube::Transport> transport, std::shared_ptr<kube::Transport> lease_transport,
          ManagerOptions options);
  Manager(std::shared_ptr<kube::Client> client, std::shared_ptr<kube::Client> lease_client,
          ManagerOptions options);
  ~Manager();

  kube::Client& client();
  Cache& cache();
  kube::Discovery& discovery();
  Applier& applier();
  EventRecorder& events();
  Metrics& metrics();
  Health& health();
  Clock& clock();

  // See controller.hpp. All before run().
  template <class T>
  ControllerBuilder<T> controller(std::string name) {
    return {*this, std::move(name)};
  }
  // Work of one's own, on a thread of its own, until its context's token fires; it may return
  // before. An exception ends it and is logged. A runnable runs in every process, from when the
  // caches have synced; leader work runs while leading, and again whenever the lease is won again.
  using Work = std::function<void(const Context&)>;
  void add_runnable(std::string name, Work work);
  void add_leader_work(std::string name, Work work);

  // Blocks until `stop`, once per Manager. Order: endpoints, caches, runnables, leader election,
  // then workers and leader work; stopped in reverse within options.graceful_stop, the lease
  // released last, and the endpoints closed by the destructor. Passes under way may end by
  // themselves for half of that time, then their contexts' tokens fire. An error says what could
  // not be started; a Manager made from a Config gives up an API server that does not answer within
  // 15 s. Unfinished names what did not end: its threads still run, the lease is left to expire,
  // and the destructor would wait for them, so that the process should leave by _exit(), as
  // exit_code() does.
  Status run(std::stop_token stop);

 private:
  friend class ControllerSetup;
  ControllerHandle add(std::unique_ptr<ControllerSpec> spec);

  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
