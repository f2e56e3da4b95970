// IdleConnections: connections to registries between two requests.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "controller/base/clock.hpp"

namespace toolhive {

class UntrustedConnection;

// An idle connection costs descriptors and memory, and no thread: those that are old are closed
// when the next request to any registry ends. Thread-safe.
class IdleConnections {
 public:
  static constexpr std::size_t kMostOfOne = 2;
  static constexpr std::size_t kMost = 128;  // of all; beyond it the longest idle is closed
  // Less than the 75 s after which our registries close one.
  static constexpr Duration kLongestIdle = std::chrono::seconds(30);
  // From its making: names, certificates and the pods behind a Service change.
  static constexpr Duration kLongestLife = std::chrono::seconds(60);

  // Whom a connection serves, and under which trust it was made: those for another are never given.
  struct Use {
    const void* peer;
    std::uint64_t trust;
    bool operator==(const Use&) const = default;
  };

  IdleConnections();
  ~IdleConnections();
  IdleConnections(const IdleConnections&) = delete;
  IdleConnections& operator=(const IdleConnections&) = delete;

  // The one that was used last and may serve another request; null: there is none that has been
  // idle for at most `longest`. Those of the peer under another trust are closed.
  std::unique_ptr<UntrustedConnection> take(Clock& clock, const Use& use, Duration longest = kLongestIdle);
  // Closes it instead where it may not serve another.
  void keep(Clock& clock, const Use& use, std::unique_ptr<UntrustedConnection> connection);
  // Closes those of the peer.
  void forget(const void* peer);
  std::size_t size() const;

 private:
  struct Idle {
    Use use;
    TimePoint since;
    std::unique_ptr<UntrustedConnection> connection;
  };
  using Idles = std::vector<Idle>;

  // Moves those that `is_over` is true of to `closed`, for the caller to destroy without the lock.
  template <class IsOver>
  void remove(IsOver is_over, Idles& closed);

  mutable std::mutex mutex_;
  Idles idle_;  // guarded by mutex_; the longest idle first
};

}  // namespace toolhive
