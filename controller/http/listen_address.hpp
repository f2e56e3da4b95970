// Where a server listens.
#pragma once

#include <cstdint>
#include <string>

namespace toolhive::http {

struct ListenAddress {
  // an address without brackets or a name; empty for all addresses of IPv4 and IPv6
  std::string host;
  std::uint16_t port = 0;  // 0 for a free one
  bool tls = false;

  // Equal for what is one socket.
  std::string key() const { return host + '|' + std::to_string(port); }
  // "all addresses, port 8080"
  std::string text() const {
    return (host.empty() ? "all addresses" : host) + ", port " + std::to_string(port);
  }
};

}  // namespace toolhive::http
