// HttpClient: HTTP/1.1 to a server that may be hostile.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/http/address_policy.hpp"
#include "controller/mcp/http/url.hpp"

namespace toolhive::mcp {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Ok when each may be sent: a token for a name, a value without control characters (RFC 9110,
// section 5.5), and no header that belongs to the connection. The message has the name, never the
// value.
Status check_headers(const Headers& headers);

struct HttpRequest {
  std::string method;  // upper case
  Url url;
  Headers headers;  // besides Host and Content-Length
  std::string body;
};

struct HttpHead {
  int status = 0;
  std::map<std::string, std::string, std::less<>>
      headers;  // names in lower case; repeated ones joined by ", "

  // The value of a header, empty without one.
  std::string_view header(std::string_view name) const;
};

struct HttpLimits {
  Duration exchange = std::chrono::seconds(20);  // from the resolution of the name to the last byte
  Duration connect = std::chrono::seconds(5);    // for each address of a name
  // bytes of a reply's header, and of the head of a chunk
  std::size_t head = 32U << 10;
  std::size_t body = 4U << 20;  // bytes of a reply's body
};

// Takes a piece of a reply's body, on the thread that called send(). False when it has seen enough:
// the connection is closed then. An error ends the call with it.
using BodySink = std::function<StatusOr<bool>(const HttpHead&, std::string_view)>;

class Trust;

// Each call has a connection of its own and does all of its work on the calling thread, so that no
// server can take time or memory of another's. The name is resolved first, and a connection made
// only to an address that the policy allows; no proxy of the environment is asked. Redirects are
// not followed. Immutable, so thread-safe.
class HttpClient {
 public:
  // `authorities` in PEM are the only ones whose certificates are taken; empty: the system's.
  // Invalid when there are none.
  static StatusOr<HttpClient> make(const std::string& authorities, AddressPolicy policy, HttpLimits limits);

  // Any HTTP status is a success here. Forbidden when no address of the name may be connected to;
  // Unavailable when there was no reply, as not_sent() before the request was written; Timeout,
  // Cancelled; Decode when it is no HTTP/1.x; TooLarge beyond the limits. Messages name the step:
  // resolving, connecting, TLS, sending, reading. The system's resolver is not interrupted: what
  // resolv.conf gives it is added to the limits.
  StatusOr<HttpHead> send(const Context& ctx, const HttpRequest& request, const BodySink& sink) const;

  const HttpLimits& limits() const { return limits_; }
  const AddressPolicy& policy() const { return policy_; }
  const std::shared_ptr<const Trust>& trust() const { return trust_; }

 private:
  HttpClient(std::shared_ptr<const Trust> trust, AddressPolicy policy, HttpLimits limits)
      : trust_(std::move(trust)), policy_(std::move(policy)), limits_(limits) {}

  std::shared_ptr<const Trust> trust_;
  AddressPolicy policy_;
  HttpLimits limits_;
};

}  // namespace toolhive::mcp
