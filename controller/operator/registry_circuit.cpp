#include "controller/operator/registry_circuit.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

namespace toolhive {

struct RegistryCircuit::State {
  std::multiset<TimePoint> under_way;  // when each call began
  bool trusted = false;
  int failures = 0;  // in a row
  TimePoint closed_until{};
  Status last_failure;

  std::size_t limit() const { return trusted ? kTrustedCalls : 1; }
  bool resting(TimePoint now) const { return failures >= kFailures && now < closed_until; }
};

namespace {

Status busy(const kube::Key& registry) {
  return {Code::Busy, "Registry " + registry.to_string() + " is busy with other calls"};
}

Status resting(const kube::Key& registry, const Status& why, Duration wait) {
  return Status(Code::Unavailable,
                "Registry " + registry.to_string() +
                    " did not answer lately, and is asked again after a pause: " + why.message())
      .with_retry_after(std::chrono::ceil<std::chrono::milliseconds>(wait));
}

}  // namespace

RegistryCircuit::Permit::Permit(RegistryCircuit& circuit, std::shared_ptr<State> state, Clock& clock,
                                bool suspect)
    : circuit_(&circuit), state_(std::move(state)), clock_(&clock), start_(clock.now()), suspect_(suspect) {}

RegistryCircuit::Permit::~Permit() {
  if (state_) circuit_->leave(*this);
}

// With the lock held.
std::shared_ptr<RegistryCircuit::State> RegistryCircuit::state_of(const kube::Key& registry) {
  std::shared_ptr<State>& state = states_[registry];
  if (!state) state = std::make_shared<State>();
  return state;
}

StatusOr<RegistryCircuit::Permit> RegistryCircuit::enter(const Context& ctx, const kube::Key& registry) {
  std::unique_lock lock(mutex_);
  const std::shared_ptr<State> state = state_of(registry);
  for (;;) {
    const TimePoint now = ctx.clock.now();
    if (state->resting(now)) return resting(registry, state->last_failure, state->closed_until - now);
    const bool room = state->under_way.size() < state->limit();
    if (room && (state->trusted || suspect_calls_ < kSuspectCalls)) break;
    // Others' calls that do not end are not worth waiting for, nor are one's own that take long.
    if (room || ctx.done() || now >= *state->under_way.begin() + kPatience) return busy(registry);
    ctx.clock.wait_until(lock, changed_, std::min(ctx.deadline, *state->under_way.begin() + kPatience));
  }
  Permit permit(*this, state, ctx.clock, !state->trusted);
  state->under_way.insert(permit.start_);
  if (permit.suspect_) ++suspect_calls_;
  return permit;
}

void RegistryCircuit::leave(const Permit& permit) {
  const std::lock_guard lock(mutex_);
  State& state = *permit.state_;
  const TimePoint now = permit.clock_->now();
  state.under_way.erase(state.under_way.find(permit.start_));
  if (permit.suspect_) --suspect_calls_;
  state.trusted = permit.outcome_.ok() && now - permit.start_ <= kPrompt;
  if (permit.outcome_.ok()) {
    state.failures = 0;
  } else {
    state.last_failure = permit.outcome_;
    const int doublings = std::clamp(++state.failures - kFailures, 0, 8);
    state.closed_until = now + std::min(kLongestRest, kFirstRest * (1 << doublings));
  }
  changed_.notify_all();
}

void RegistryCircuit::close(const kube::Key& registry) {
  const std::lock_guard lock(mutex_);
  state_of(registry)->failures = 0;
}

void RegistryCircuit::forget(const kube::Key& registry) {
  const std::lock_guard lock(mutex_);
  states_.erase(registry);
}

}  // namespace toolhive
