#include "controller/kube/transport/runtime.hpp"

#include <pplx/pplxtasks.h>
#include <pplx/threadpool.h>

#include <exception>
#include <memory>
#include <mutex>

namespace toolhive::kube {

namespace {

// The base has no virtual destructor; shared_ptr remembers the right one.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
// Runs a continuation at once, unless this thread is inside one already: a chain of them must not use up the
// stack.
class InlineScheduler final : public pplx::scheduler_interface {
 public:
  void schedule(pplx::TaskProc_t proc, void* argument) override {
    static thread_local bool inside = false;
    if (inside) {
      run_on_pool([proc, argument] { proc(argument); });
      return;
    }
    inside = true;
    struct Leave {
      ~Leave() { inside = false; }
    } leave;
    proc(argument);
  }
};
#pragma GCC diagnostic pop

template <class Setup>
void unless_done_before(Setup setup) {
  try {
    setup();
  } catch (const std::exception&) {
    // Both calls refuse to change what exists: someone else in the process set it up.
  }
}

}  // namespace

void init_transport_runtime() {
  static std::once_flag once;
  std::call_once(once, [] {
    unless_done_before([] { pplx::set_ambient_scheduler(std::make_shared<InlineScheduler>()); });
    unless_done_before([] { crossplat::threadpool::initialize_with_threads(1); });
  });
}

void run_on_pool(std::function<void()> task) {
  crossplat::threadpool::shared_instance().service().post(std::move(task));
}

}  // namespace toolhive::kube
