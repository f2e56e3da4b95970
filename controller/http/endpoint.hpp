// One address and port that is listened on, with the handlers behind it.
#pragma once

#include "controller/http/gauge.hpp"
#include "controller/http/listen_address.hpp"
#include "controller/http/router.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>

namespace toolhive::http {

class Acceptor;

class Endpoint {
 public:
  explicit Endpoint(ListenAddress address) : address_(std::move(address)) {}

  const ListenAddress& address() const { return address_; }
  bool tls() const { return address_.tls; }

  Router router;
  Gauge connections;
  std::atomic<bool> draining{false};

  // Guarded by the core's mutex.
  std::shared_ptr<Acceptor> acceptor;
  unsigned handlers = 0;
  std::uint16_t bound_port = 0;

 private:
  const ListenAddress address_;
};

}  // namespace toolhive::http
