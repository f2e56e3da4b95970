// RegistryCircuit: how much of the operator one registry may take up.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive {

// Admits calls to registries, so that workers are never all with registries that do not answer. A
// registry is trusted while its last answer came within kPrompt; of the others one call each, and
// kSuspectCalls in all, may be under way. After kFailures calls in a row without an answer nobody
// asks for a while, and then one does. Thread-safe.
class RegistryCircuit {
  struct State;

 public:
  static constexpr int kTrustedCalls = 2;  // to one registry at one time
  static constexpr int kSuspectCalls = 2;  // to all registries that are not trusted
  static constexpr int kFailures = 2;
  static constexpr Duration kPrompt = std::chrono::seconds(1);
  // Who finds a registry busy waits no longer than until the oldest call under way has taken this.
  static constexpr Duration kPatience = std::chrono::milliseconds(250);
  // After the failure that opens the circuit; doubled by each that follows, up to the longest.
  static constexpr Duration kFirstRest = std::chrono::seconds(2);
  static constexpr Duration kLongestRest = std::chrono::seconds(60);

  // The right to one call. A call whose end is not told counts as one without an answer.
  class Permit {
   public:
    Permit(RegistryCircuit& circuit, std::shared_ptr<State> state, Clock& clock, bool suspect);
    Permit(Permit&&) = default;
    Permit(const Permit&) = delete;
    ~Permit();
    // Ok when the registry answered, whatever it said.
    void ended(Status outcome) { outcome_ = std::move(outcome); }

   private:
    friend class RegistryCircuit;
    RegistryCircuit* circuit_;
    std::shared_ptr<State> state_;  // null when moved from
    Clock* clock_;
    TimePoint start_;
    bool suspect_;
    Status outcome_{Code::Unavailable, "the call ended early"};
  };

  // Busy while too many calls are under way: nothing is known to be wrong with the registry.
  // Unavailable with retry_after() while nobody asks, and the error that led to it.
  StatusOr<Permit> enter(const Context& ctx, const kube::Key& registry);
  // The registry was seen to answer: it may be asked again.
  void close(const kube::Key& registry);
  void forget(const kube::Key& registry);

 private:
  std::shared_ptr<State> state_of(const kube::Key& registry);
  void leave(const Permit& permit);

  std::mutex mutex_;
  std::condition_variable changed_;
  // guarded by mutex_, as all below and the states
  std::map<kube::Key, std::shared_ptr<State>> states_;
  int suspect_calls_ = 0;  // under way
};

}  // namespace toolhive
