// What an MCP client is told, and the bounds of what it takes.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/mcp/http/address_policy.hpp"
#include "controller/mcp/http/http_client.hpp"

namespace toolhive::mcp {

// The client credentials grant of OAuth 2.0 (RFC 6749, section 4.4), with the secret in an
// Authorization header.
struct ClientCredentials {
  std::string client_id;
  std::string client_secret;
  std::vector<std::string> scopes;
  // Where tokens are given: a URL, or the issuer whose metadata has it (RFC 8414). One of them is
  // needed: a secret is never sent to a place that only the MCP server names.
  std::string token_url;
  std::string issuer;
};

struct Limits {
  // of one read, from the first connection to the last page
  Duration total = std::chrono::seconds(60);
  // of each exchange; http.body is the size of a reply, and of a page
  HttpLimits http;
  std::size_t event = 4U << 20;        // bytes of one event of a stream
  std::size_t json_depth = 100;        // of a message; its values are bounded by kube::parse_json
  int pages = 100;                     // of a list
  std::size_t tools = 5000;            // of a list
  std::size_t list_bytes = 16U << 20;  // of all pages together, as JSON
  // members and elements in all tools; each costs some 100 bytes
  std::size_t list_values = 400'000;
  std::size_t cursor = 4096;  // bytes
  std::size_t text = 4096;    // bytes of what a server says of itself; the rest is cut off
  int redirects = 3;          // within the server's origin, for one request
  int reconnects = 3;         // to a stream that broke off, for one request
  Duration longest_retry = std::chrono::seconds(5);  // that a stream may ask to wait before that
  int server_requests = 16;                          // that are answered, for one request
};

struct Options {
  std::string url;
  Headers headers;          // sent to the server, and to nobody else; from Secrets
  std::string authorities;  // PEM; empty: the system's
  AddressRules addresses;
  std::optional<ClientCredentials> oauth;
  std::string client_name = "toolhive-operator";
  std::string client_version = TOOLHIVE_VERSION;
  Limits limits;
};

}  // namespace toolhive::mcp
