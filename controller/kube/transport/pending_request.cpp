#include "controller/kube/transport/pending_request.hpp"

#include "controller/kube/transport/runtime.hpp"

namespace toolhive::kube {

void PendingRequest::abandon() {
  exchange_->close();
  if (exchange_->finished()) return;
  // On the pool's thread: closing a TLS connection races with what that thread does to it.
  run_on_pool([cancel = cancel_] { cancel.cancel(); });
}

}  // namespace toolhive::kube
