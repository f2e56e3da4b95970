#include "controller/http/process.hpp"

#include <pplx/pplxtasks.h>
#include <pplx/threadpool.h>
#include <sys/resource.h>

#include <algorithm>
#include <exception>
#include <memory>
#include <mutex>
#include <stdexcept>

namespace toolhive::http {
namespace {

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored \
    "-Wnon-virtual-dtor"  // the base's; it is only ever destroyed through its shared_ptr

// Runs a continuation at once on the thread that made it ready, which saves a hop through the pool per task.
// One that becomes ready inside another goes to the pool, so that a chain of tasks cannot use up the stack.
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

}  // namespace

void init_process(unsigned pool_threads) {
  static std::once_flag once;
  std::call_once(once, [pool_threads] {
    try {
      pplx::set_ambient_scheduler(std::make_shared<InlineScheduler>());
    } catch (const std::exception&) {
      // Tasks were made before: they run as their scheduler has it, which is only slower.
    }
    try {
      crossplat::threadpool::initialize_with_threads(std::max(1U, pool_threads));
    } catch (const std::runtime_error&) {
      // Someone used the pool before: it works as well, only with more threads.
    }
    rlimit descriptors{};
    if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur < descriptors.rlim_max) {
      descriptors.rlim_cur = descriptors.rlim_max;
      setrlimit(RLIMIT_NOFILE, &descriptors);
    }
  });
}

}  // namespace toolhive::http
