#include "controller/kube/transport/runtime.hpp"

#include <pplx/threadpool.h>

#include <utility>

#include "controller/base/cpprest/set_up.hpp"

namespace toolhive::kube {

void init_transport_runtime() {
  set_up_cpprest(1);
}

void run_on_pool(std::function<void()> task) {
  crossplat::threadpool::shared_instance().service().post(std::move(task));
}

}  // namespace toolhive::kube
