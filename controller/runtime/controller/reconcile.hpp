// Reconcile: what a pass of a controller answers, and when a failed one is tried again.
#pragma once

#include <optional>
#include <utility>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"

namespace toolhive::runtime {

// What follows a pass that answers no error. Empty: nothing until something changes.
struct Result {
  std::optional<Duration> requeue_after = {};
  // Another pass comes after the controller's backoff, and not before `requeue_after`: for what
  // could not be done yet while that is no error of this process, as when the object's status tells
  // that something else is away.
  bool backoff = false;

  bool settled() const { return !requeue_after && !backoff; }
};

// What the functions of a controller may answer: a Status where there is never a time to come back
// at.
inline StatusOr<Result> to_result(StatusOr<Result> result) {
  return result;
}
inline StatusOr<Result> to_result(const Status& status) {
  return status.ok() ? StatusOr<Result>(Result{}) : status;
}

// How long a key waits after a failed pass, or one that asks for it: `base`, doubling with each
// further one to `max`.
struct BackoffOptions {
  Duration base = std::chrono::milliseconds(5);
  Duration max = std::chrono::seconds(1000);
};

}  // namespace toolhive::runtime
