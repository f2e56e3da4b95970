// LeaseCandidate: one competitor for a Lease, as a state machine without threads.
//
// Safety. Let L be lease_duration and R renew_deadline, R < L. A holder counts on the lease until R
// after it *sent* its last successful write. A competitor takes it L after it *saw* the lease's
// spec change last (each renewal has a renewTime of its own; metadata is anybody's and does not
// count), which was after the server had applied that write, which was after it was sent. So
// between the end of one and the beginning of the other lie at least L - R, whatever the machines'
// wall clocks say; only the rates of their monotonic clocks must agree within that margin.
//
// L is what the holder wrote, or the competitor's own if that is longer. A typo or a restored lease
// may say decades, so it is four times the competitor's own at most.
//
// Assumed: candidates of one lease differ in L by less than that; the server is one register (a
// write that carries a resourceVersion fails when another wrote since); and nobody deletes the
// Lease under its holder while a candidate starts that has never seen it. A write that passed the
// fence may still be on its way when the lease ends; such a write is the last one, and is bounded
// by its own deadline.
#pragma once

#include <atomic>
#include <mutex>
#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/kube/client/client.hpp"
#include "controller/runtime/leader/leader_election.hpp"

namespace toolhive::runtime {

// step() and release() belong to one thread; the rest is thread-safe.
class LeaseCandidate {
 public:
  // All must outlive this.
  LeaseCandidate(kube::Client& client, Clock& clock, const LeaderElectionOptions& options);

  // Tries to take the lease, or to renew it: to be called every retry_period. Ok also when another
  // holds it; else why the lease could not be read or written. Sends two requests at most.
  Status step(const Context& ctx);
  // Gives the lease back, if it is held.
  Status release(const Context& ctx);

  // Until when the lease is surely held; in the past, or TimePoint::min(), when it is not.
  TimePoint held_until() const { return TimePoint(Duration(held_until_.load())); }
  bool holding() const { return clock_.now() < held_until(); }
  // Whether the holder last seen asks for more time than it is given.
  bool capped() const { return capped_.load(); }
  // As last seen; empty when nobody holds it or it was never read.
  std::string holder() const;

 private:
  Status take_if_free(const Context& ctx);
  Status create(const Context& ctx);
  Status write(const Context& ctx, const Json& lease);
  void observe(const kube::Object& lease, const Json& document);
  Duration duration_of(const Json& spec);
  Json claim(const Json& lease);
  void hold_since(TimePoint sent, const kube::Object& lease);
  void give_up();
  void set_holder(std::string holder);

  kube::Client& client_;
  Clock& clock_;
  const LeaderElectionOptions& options_;
  std::atomic<Duration::rep> held_until_{TimePoint::min().time_since_epoch().count()};
  std::atomic<bool> capped_{false};

  // The lease as last seen or written, and when that state was first seen here.
  std::optional<kube::Object> seen_;
  TimePoint seen_at_{};
  Duration seen_duration_{};  // what its holder asked for
  WallTime renewed_{};        // what our last claim has as renewTime

  mutable std::mutex mutex_;
  std::string holder_;  // guarded by mutex_
};

}  // namespace toolhive::runtime
