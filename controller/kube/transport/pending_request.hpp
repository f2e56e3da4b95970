// PendingRequest: a request on its way. Internal: include from transport*.cpp only.
#pragma once

#include <pplx/pplxtasks.h>

#include <memory>

#include "controller/kube/transport/exchange.hpp"
#include "controller/kube/transport/sessions.hpp"

namespace toolhive::kube {

// A request that was sent and whose reply is awaited. Abandoned when it is destroyed before the
// reply's end.
class PendingRequest {
 public:
  PendingRequest(std::shared_ptr<Session> session, std::shared_ptr<Exchange> exchange)
      : session_(std::move(session)), exchange_(std::move(exchange)) {}
  PendingRequest(const PendingRequest&) = delete;
  PendingRequest& operator=(const PendingRequest&) = delete;
  ~PendingRequest() { abandon(); }

  // Closes the connection unless the reply is there. May be called again.
  void abandon();

  Exchange& exchange() { return *exchange_; }
  const Session& session() const { return *session_; }
  pplx::cancellation_token token() const { return cancel_.get_token(); }

 private:
  const std::shared_ptr<Session> session_;
  const std::shared_ptr<Exchange> exchange_;
  pplx::cancellation_token_source cancel_;
};

}  // namespace toolhive::kube
