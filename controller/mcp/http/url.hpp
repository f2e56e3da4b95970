// Url: where an MCP server, or an authorization server, is.
#pragma once

#include <string>
#include <string_view>

#include "controller/base/status.hpp"

namespace toolhive::mcp {

struct Url {
  bool tls = true;
  std::string host;  // in lower case; an IPv6 address without brackets
  int port = 443;
  std::string target = "/";  // path and query, as they were given

  // Invalid for anything but http(s)://host[:port][/path][?query] in at most 2,048 printable ASCII
  // characters, without user and password. Its message repeats nothing of the text, which may hold
  // a secret.
  static StatusOr<Url> parse(std::string_view text);
  // Another place, told as a whole or as a path from the root (RFC 3986, section 4.2).
  StatusOr<Url> resolve(std::string_view reference) const;

  // "https://host" or "https://host:8443": scheme, host and port as RFC 6454 compares them.
  std::string origin() const;
  // What the Host header says (RFC 9110, section 7.2).
  std::string authority() const;
  std::string path() const { return target.substr(0, target.find('?')); }
  // For messages: without the query, in which keys are sent.
  std::string shown() const { return origin() + path(); }
};

}  // namespace toolhive::mcp
