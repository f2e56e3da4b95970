// LeaderElection: at most one of several processes acts, by way of a coordination.k8s.io/v1 Lease.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "controller/kube/client.hpp"
#include "controller/kube/clock.hpp"

namespace runtime {

struct LeaderElectionOptions {
  std::string ns;
  std::string lease_name;
  std::string identity;  // unique per process; pod name and a random suffix
  kube::Duration lease_duration = std::chrono::seconds(15);
  kube::Duration renew_deadline = std::chrono::seconds(10);
  kube::Duration retry_period = std::chrono::seconds(2);
};

// Another holder's expiry is judged from when this process saw its last renewal, never from the renewTime
// another machine's clock wrote. Our own validity runs from when the renewing request was sent. Thread-safe.
// Use a client of its own, so that a saturated one cannot cost the lease.
class LeaderElection {
 public:
  LeaderElection(kube::Client& client, kube::Clock& clock, LeaderElectionOptions options);
  ~LeaderElection();

  // Blocks until `ctx` ends. Each time the lease is won calls `lead` on a thread of its own with a stop token
  // that fires when the lease is lost or ctx ends, and waits for it to return before it competes again; at
  // the end releases the lease, after `lead` returned.
  kube::Status run(const kube::Context& ctx, const std::function<void(std::stop_token)>& lead);

  // The fence: true only while the lease is surely held. Cheap; asked before every mutating call.
  bool surely_leading() const;
  std::string holder() const;  // as last seen; empty when unknown

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace runtime
