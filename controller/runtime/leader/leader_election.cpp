#include "controller/runtime/leader/leader_election.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "controller/base/backoff.hpp"
#include "controller/base/log.hpp"
#include "controller/runtime/leader/lease_candidate.hpp"

namespace toolhive::runtime {

struct LeaderElection::Impl {
  Impl(kube::Client& client, Clock& c, LeaderElectionOptions o)
      : clock(c), options(std::move(o)), candidate(client, c, options), jitter(c, {}, 0) {}

  Status check_options() const {
    if (options.ns.empty() || options.lease_name.empty() || options.identity.empty())
      return {Code::Invalid, "leader election needs a namespace, a lease name and an identity"};
    if (options.retry_period <= Duration::zero() || options.retry_period >= options.renew_deadline ||
        options.renew_deadline >= options.lease_duration)
      return {Code::Invalid, "leader election needs retry_period < renew_deadline < lease_duration"};
    return {};
  }

  // One request must not use up the time for a second try. `stop` is not part of it: the lease is
  // renewed while work ends.
  Context request_context() const {
    TimePoint deadline = clock.now() + options.renew_deadline / 2;
    if (candidate.holding()) deadline = std::min(deadline, candidate.held_until());
    return {{}, deadline, clock, {}};
  }

  // Returns when the lease is lost, `stop` fired, or `lead` came to its end; `lead` has returned by
  // then. Returns whether to compete again.
  bool hold(const std::stop_token& stop, const Lead& lead);
  void report(const Status& stepped);

  Clock& clock;
  const LeaderElectionOptions options;
  LeaseCandidate candidate;
  Backoff jitter;
  Code last_failure = Code::Ok;
};

LeaderElection::LeaderElection(kube::Client& client, Clock& clock, LeaderElectionOptions options)
    : impl_(std::make_unique<Impl>(client, clock, std::move(options))) {}

LeaderElection::~LeaderElection() = default;

Status LeaderElection::run(const Context& ctx, const Lead& lead) {
  if (Status bad = impl_->check_options(); !bad.ok()) return bad;
  while (!ctx.stop.stop_requested()) {
    Context request = impl_->request_context();
    request.stop = ctx.stop;
    impl_->report(impl_->candidate.step(request));
    if (impl_->candidate.holding()) {
      if (!impl_->hold(ctx.stop, lead)) break;
      continue;
    }
    const Duration period = impl_->options.retry_period;
    sleep_for(impl_->clock, impl_->jitter.between(period, period + period / 5), ctx.stop);
  }
  return {};
}

bool LeaderElection::Impl::hold(const std::stop_token& stop, const Lead& lead) {
  log(LogLevel::Info, "leading",
      {{"namespace", options.ns}, {"lease", options.lease_name}, {"identity", options.identity}});
  std::mutex mutex;
  std::condition_variable changed;
  bool returned = false;
  bool all_ended = false;
  std::stop_source end_work;
  std::thread work([&] {
    const bool ended = lead(end_work.get_token());
    const std::lock_guard lock(mutex);
    returned = true;
    all_ended = ended;
    changed.notify_all();
  });
  {
    std::stop_callback wake(stop, [&] {
      const std::lock_guard lock(mutex);
      changed.notify_all();
    });
    std::unique_lock lock(mutex);
    TimePoint next_renewal = clock.now() + options.retry_period;
    while (!returned) {
      if (stop.stop_requested() && !end_work.stop_requested()) {
        lock.unlock();
        end_work.request_stop();
        lock.lock();
        continue;
      }
      if (!candidate.holding()) break;
      if (clock.now() < next_renewal) {
        clock.wait_until(lock, changed, std::min(next_renewal, candidate.held_until()));
        continue;
      }
      lock.unlock();
      next_renewal = clock.now() + options.retry_period;
      report(candidate.step(request_context()));
      lock.lock();
    }
  }
  const bool lost = !candidate.holding();
  if (lost)
    log(LogLevel::Warn, "no longer leading: the lease was lost",
        {{"namespace", options.ns}, {"lease", options.lease_name}});
  end_work.request_stop();
  work.join();
  if (lost) return !stop.stop_requested();
  if (all_ended) report(candidate.release(request_context()));
  return false;
}

void LeaderElection::Impl::report(const Status& stepped) {
  // Once per cause.
  if (!stepped.ok() && stepped.code() != last_failure && stepped.code() != Code::Cancelled)
    log(LogLevel::Warn, "the lease cannot be taken or renewed", {{"error", stepped.to_string()}});
  last_failure = stepped.code();
}

TimePoint LeaderElection::held_until() const {
  return impl_->candidate.held_until();
}
bool LeaderElection::surely_leading() const {
  return impl_->candidate.holding();
}
bool LeaderElection::lease_capped() const {
  return impl_->candidate.capped();
}
std::string LeaderElection::holder() const {
  return impl_->candidate.holder();
}

}  // namespace toolhive::runtime
