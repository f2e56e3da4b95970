#pragma once

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "controller/base/clock.hpp"
#include "registry/metrics/upstream_figures.hpp"
#include "registry/store/replica_turn.hpp"
#include "registry/store/store.hpp"
#include "registry/upstream/poller.hpp"
#include "registry/upstream/settings.hpp"

namespace toolhive::registry::upstream {

// Follows all upstreams of a registry, from its making to its end, each on a thread of its own, and
// marks as deleted what was taken in from such as are not configured any more. Threads use the
// store, which must outlive it. Thread safe.
class Upstreams {
 public:
  Upstreams(std::vector<UpstreamSettings> settings, IntakeRules rules, Store& store,
            std::unique_ptr<ReplicaTurn> turn, Clock& clock = system_clock(),
            const OpenSource& open_source = HttpPageSource::open);
  // Ends what is under way: a second, or as long as a name takes to be resolved.
  ~Upstreams();

  // Of each, in the order of the configuration.
  std::vector<UpstreamFigures> figures() const;

 private:
  void forget_others(const std::vector<std::string>& names, const std::stop_token& stop);

  Store& store_;
  const std::unique_ptr<ReplicaTurn> turn_;
  Clock& clock_;
  std::vector<std::unique_ptr<Poller>> pollers_;
  std::jthread forgetting_;
};

}  // namespace toolhive::registry::upstream
