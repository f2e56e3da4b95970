// Waiting for a condition under a Context. Internal to the library.
#pragma once

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"

namespace toolhive {

// Waits until `ready()` holds and then calls `then()`, both with `mutex` held; whoever changes what
// `ready` reads does so under `mutex` and notifies `cv`. Otherwise Cancelled when ctx.stop fires,
// or Timeout when the earlier of ctx.deadline and `deadline` passes.
template <class Ready, class Then>
Status wait_then(const Context& ctx, std::mutex& mutex, std::condition_variable& cv, TimePoint deadline,
                 Ready ready, Then then) {
  deadline = std::min(deadline, ctx.deadline);
  // Set up before the lock is taken and removed after it is released: the callback takes it as
  // well.
  const std::stop_callback wake(ctx.stop, [&] {
    const std::lock_guard lock(mutex);
    cv.notify_all();
  });
  std::unique_lock lock(mutex);
  while (!ready()) {
    if (ctx.stop.stop_requested()) return {Code::Cancelled, "stopped by the caller"};
    if (ctx.clock.now() >= deadline) return {Code::Timeout, "no answer before the deadline"};
    ctx.clock.wait_until(lock, cv, deadline);
  }
  then();
  return {};
}

}  // namespace toolhive
