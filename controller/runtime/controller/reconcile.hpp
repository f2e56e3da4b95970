// Reconcile: what a pass of a controller answers, and when a failed one is tried again.
#pragma once

#include <functional>
#include <optional>
#include <utility>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::runtime {

// What follows a successful pass. Empty: nothing until something changes.
struct Result {
  std::optional<Duration> requeue_after;
};

// What the functions of a controller may answer: a Status where there is never a time to come back at.
inline StatusOr<Result> to_result(StatusOr<Result> result) {
  return result;
}
inline StatusOr<Result> to_result(const Status& status) {
  return status.ok() ? StatusOr<Result>(Result{}) : status;
}

// How long a key waits after a failed pass: `base`, doubling with each further failure to `max`.
struct BackoffOptions {
  Duration base = std::chrono::milliseconds(5);
  Duration max = std::chrono::seconds(1000);
};

// Level-triggered: called with a key, never with an event, and possibly for an object that no longer exists.
// Never called for one key by two threads at once; called for different keys concurrently. An error that is
// not terminal is tried again with backoff; a Conflict is tried again quietly; a terminal error waits for a
// change. An exception counts as an Internal error.
using Reconcile = std::function<StatusOr<Result>(const Context&, const kube::Key&)>;

}  // namespace toolhive::runtime
