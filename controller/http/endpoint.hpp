// One address and port that is listened on, with the listeners behind it.
#pragma once

#include "controller/http/gauge.hpp"
#include "controller/http/router.hpp"

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

namespace toolhive::http {

class Acceptor;

// What the URI of a listener says about where to listen.
struct ListenAddress {
  std::string host;  // without brackets; empty for all addresses
  std::uint16_t port = 0;
  bool tls = false;

  // Listeners with equal keys share an endpoint.
  std::string key() const { return host + '|' + std::to_string(port); }
};

// Throws std::runtime_error when the URI is none to listen on.
ListenAddress listen_address(const std::string& listener_uri);

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
  unsigned listeners = 0;
  std::uint16_t bound_port = 0;

 private:
  const ListenAddress address_;
};

}  // namespace toolhive::http
