// LeaderElection: at most one of several processes acts, by way of a coordination.k8s.io/v1 Lease.
#pragma once

#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/kube/client/client.hpp"

namespace toolhive::runtime {

struct LeaderElectionOptions {
  std::string ns;
  std::string lease_name;
  std::string identity;  // unique per process; pod name and a random suffix
  Duration lease_duration = std::chrono::seconds(15);
  Duration renew_deadline = std::chrono::seconds(10);
  Duration retry_period = std::chrono::seconds(2);
};

// Another holder's expiry is judged from when this process saw its last renewal, never from the
// renewTime another machine's clock wrote. Our own validity runs for renew_deadline from when the
// renewing request was sent, on the clock that counts suspended time. Thread-safe. Use a client of
// its own, so that a saturated one cannot cost the lease. lease_candidate.hpp argues why there are
// never two.
class LeaderElection {
 public:
  // Does its work until `stop` fires: then the lease is lost, or the process ends. Returns whether
  // all its work has ended, else the lease is left to expire instead of being released.
  using Lead = std::function<bool(std::stop_token stop)>;

  LeaderElection(kube::Client& client, Clock& clock, LeaderElectionOptions options);
  ~LeaderElection();

  // Blocks until ctx.stop. Each time the lease is won calls `lead` on a thread of its own, and
  // waits for it to return before it competes again. At the end keeps renewing until `lead` has
  // returned, then releases the lease. A `lead` that returns unasked ends run(). Invalid when the
  // options cannot work.
  Status run(const Context& ctx, const Lead& lead);

  // The fence: until when the lease is surely held; in the past when it is not. Cheap; asked before
  // every mutating call.
  TimePoint held_until() const;
  bool surely_leading() const;
  // Whether the lease of another asks for more time than it is given, as after a typo or a restore:
  // four times our own.
  bool lease_capped() const;
  std::string holder() const;  // as last seen; empty when unknown

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::runtime
