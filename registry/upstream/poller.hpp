#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <unordered_set>

#include "controller/base/backoff.hpp"
#include "controller/base/clock.hpp"
#include "controller/base/context.hpp"
#include "registry/metrics/upstream_figures.hpp"
#include "registry/store/replica_turn.hpp"
#include "registry/store/store.hpp"
#include "registry/upstream/intake.hpp"
#include "registry/upstream/listing.hpp"
#include "registry/upstream/page_source.hpp"
#include "registry/upstream/settings.hpp"

namespace toolhive::registry::upstream {

// Makes the source of one look, so that files it reads may change between two.
using OpenSource = std::function<Result<std::unique_ptr<PageSource>>(const UpstreamSettings&)>;

// What all pollers of a registry share. Outlives them.
struct PollerShared {
  IntakeRules rules;
  Store& store;
  ReplicaTurn& turn;
  Clock& clock;
  OpenSource open_source;
};

// Follows one upstream on a thread of its own, while it is this replica's turn. The first look, and
// one each full interval, is at everything, so that nothing has to be remembered between two
// processes; those between are at what changed since. A look that fails is repeated with a growing
// pause, and nothing is taken back for it. Its members may be called from any thread.
class Poller {
 public:
  Poller(UpstreamSettings settings, PollerShared shared);

  UpstreamFigures figures() const;
  // Has the look under way end. The destructor waits for that.
  void request_stop() { thread_.request_stop(); }

 private:
  void run(const std::stop_token& stop);
  // Looks once; says how long to wait for the next look.
  Duration look(const Context& ctx);
  Result<void> follow(const Context& ctx, bool full);
  Result<void> finish(const ListingEnd& end, bool full, WallTime began, Intake& intake);
  void note(const Intake& intake, bool full);
  void fail(const std::string& why);

  const UpstreamSettings settings_;
  const PollerShared shared_;
  // Of the thread.
  Backoff backoff_;
  TimePoint next_full_ = TimePoint::min();
  std::string since_;  // Empty until an upstream said when something changed.
  std::unordered_set<std::size_t> told_;

  mutable std::mutex mutex_;
  UpstreamFigures figures_;
  std::jthread thread_;  // Last: it uses the others.
};

}  // namespace toolhive::registry::upstream
