// Reconcile: the function a user of the framework writes. It is given a key, looks at the world, makes it so,
// and says what should happen next.
#pragma once

#include <functional>
#include <optional>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/object/resource.hpp"

namespace toolhive::runtime {

// What follows a successful pass. Empty: nothing until something changes.
struct Result {
  std::optional<Duration> requeue_after;
};

// Level-triggered: called with a key, never with an event, and possibly for an object that no longer exists.
// Never called for one key by two threads at once; called for different keys concurrently. An error that is
// not terminal is tried again with backoff; a Conflict is tried again quietly; a terminal error waits for a
// change. An exception counts as an Internal error.
using Reconcile = std::function<StatusOr<Result>(const Context&, const kube::Key&)>;

}  // namespace toolhive::runtime
