#include "controller/base/cpprest/set_up.hpp"

#include <pplx/pplxtasks.h>
#include <pplx/threadpool.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>

namespace toolhive {

namespace {

// The base has no virtual destructor; shared_ptr remembers the right one.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
// Runs a continuation at once, which saves a hop through the pool per task. One that becomes ready
// inside another goes to the pool, so that a chain of tasks cannot use up the stack.
class InlineScheduler final : public pplx::scheduler_interface {
 public:
  void schedule(pplx::TaskProc_t proc, void* argument) override {
    static thread_local bool inside = false;
    if (inside) {
      crossplat::threadpool::shared_instance().service().post([proc, argument] { proc(argument); });
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
    // cpprestsdk refuses to change what exists: tasks run as their scheduler has it, with the
    // threads there are.
  }
}

}  // namespace

void set_up_cpprest(unsigned pool_threads) {
  static std::once_flag once;
  std::call_once(once, [pool_threads] {
    unless_done_before([] { pplx::set_ambient_scheduler(std::make_shared<InlineScheduler>()); });
    unless_done_before(
        [pool_threads] { crossplat::threadpool::initialize_with_threads(std::max(1U, pool_threads)); });
  });
}

}  // namespace toolhive
