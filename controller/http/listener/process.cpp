#include "controller/http/listener/process.hpp"

#include <sys/resource.h>

#include <mutex>

#include "controller/base/cpprest/set_up.hpp"

namespace toolhive::http {
void init_process(unsigned pool_threads) {
  static std::once_flag once;
  std::call_once(once, [pool_threads] {
    set_up_cpprest(pool_threads);
    rlimit descriptors{};
    if (getrlimit(RLIMIT_NOFILE, &descriptors) == 0 && descriptors.rlim_cur < descriptors.rlim_max) {
      descriptors.rlim_cur = descriptors.rlim_max;
      setrlimit(RLIMIT_NOFILE, &descriptors);
    }
  });
}

}  // namespace toolhive::http
