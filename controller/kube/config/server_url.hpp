// ServerUrl: the parts of an API server's address. Internal to the library.
#pragma once

#include <string>

#include "controller/base/status.hpp"

namespace toolhive::kube {

struct ServerUrl {
  bool tls = true;
  std::string host;  // an IPv6 address without brackets
  int port = 443;
  std::string path;  // "/prefix" without a slash at its end, or empty

  bool ipv6() const { return host.find(':') != std::string::npos; }
  bool loopback() const;

  // Invalid for anything but http(s)://host[:port][/path].
  static StatusOr<ServerUrl> parse(const std::string& text);
};

}  // namespace toolhive::kube
