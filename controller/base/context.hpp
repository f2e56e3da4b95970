// Context: what every blocking call is given, so that it ends when its caller wants it to.
#pragma once

#include <atomic>
#include <stop_token>
#include <string_view>

#include "controller/base/clock.hpp"

namespace toolhive {

// What is counted of one pass of a reconciler. Thread-safe.
struct PassStats {
  std::atomic<int> writes = 0;  // that the API server has carried out
};

// A plain value; copies are cheap. Everything it refers to must outlive the call it is passed to.
struct Context {
  std::stop_token stop;
  TimePoint deadline = TimePoint::max();
  Clock& clock = system_clock();
  // Names one pass of a reconciler in every log line of that pass; empty elsewhere.
  std::string_view reconcile_id = {};
  PassStats* pass = nullptr;  // of that pass; nullptr elsewhere

  // The same context with a deadline that is not later than `timeout` from now.
  Context with_timeout(Duration timeout) const;
  bool done() const { return stop.stop_requested() || clock.now() >= deadline; }
};

}  // namespace toolhive
