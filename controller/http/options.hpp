// What an owner of the HTTP server can set. Every default is safe for a server that faces an
// untrusted network.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "controller/http/request.hpp"

namespace toolhive::http {

class Tls;

// How long a client may take. A limit that passes ends the connection; where the client can still
// be told, it gets a 408.
struct Timeouts {
  std::chrono::milliseconds handshake{10'000};  // the whole TLS handshake
  std::chrono::milliseconds header{
      10'000};  // from a request's first byte (or the accept) to the end of its header
  std::chrono::milliseconds body{30'000};   // from the end of the header to the end of the body
  std::chrono::milliseconds write{30'000};  // to take each 64 KiB of a response
  std::chrono::milliseconds idle{75'000};   // between two requests on one connection
  // for requests in flight, once a listener is being closed
  std::chrono::milliseconds drain{10'000};
};

// How much a client may ask for. Each limit answers with the status named beside it.
struct Limits {
  std::size_t target_bytes = 8 * 1024;   // request target; 414
  std::size_t header_bytes = 16 * 1024;  // request line and header fields together; 431
  std::size_t header_fields = 100;       // number of header fields, and of trailer fields; 431
  std::uint64_t body_bytes =
      1024 * 1024;  // one request's body, where Options::body_limit says nothing else; 413
  std::uint64_t buffered_bytes = 64 << 20;  // all request bodies in memory at one time; 503
  std::size_t connections = 4096;           // open connections of all listeners together; 503
  std::size_t connections_per_address = 0;  // of one client address, 0 for no limit; 503
};

// One answered request, for an access log. The views are valid during the call only.
struct AccessRecord {
  std::string_view remote_address;  // without the port
  std::string_view method;          // empty when the request line could not be read
  // as it came, never decoded; may hold what an attacker likes within RFC 3986
  std::string_view target;
  unsigned status = 0;
  std::uint64_t body_bytes = 0;  // of the response, as written
  // from the end of the request's header to the last byte written
  std::chrono::nanoseconds duration{0};
  bool handled = false;   // a handler was given it; false for what the transport answered itself
  bool complete = false;  // false when the client went away, or stopped reading, before the end
};

// An error that the transport answers itself, because no handler sees the request: 400, 403, 404,
// 405, 408, 413, 414, 417, 431, 501, 503, 505, and 500 for a handler that threw or dropped its
// request.
struct TransportError {
  unsigned status = 0;
  // one sentence for the client: what was wrong and what to do; valid during the call only
  std::string_view detail;
};

// The body of such an answer.
struct ErrorBody {
  std::string content_type;
  std::string body;
};

// All callbacks are called on the server's threads, several at a time: they must be thread safe,
// quick and must not throw.
struct Options {
  unsigned threads = 2;  // threads that read, run handlers and write; at least 1
  Limits limits;
  Timeouts timeouts;

  // Certificate of every listener whose URI says https; without one such a listener does not open.
  // Its files are looked at every `tls_reload`, and new connections get the new certificate; a pair
  // that does not fit keeps the old one in use.
  std::shared_ptr<Tls> tls;
  std::chrono::milliseconds tls_reload{10'000};

  // Largest body in bytes for this request, asked when its header is complete and answered with 413
  // before any of the body is read. `target` is as it came, undecoded. Unset: Limits::body_bytes
  // for all.
  std::function<std::uint64_t(std::string_view method, std::string_view target)> body_limit;

  // Whether this request, whose body is not read yet, is answered without a certificate of the
  // client that the TLS trusts (see TlsCertificate::load); others get 403. Unset: all are.
  std::function<bool(const Request& head)> without_certificate;

  // Formats the body of a transport error. Unset: the detail as text/plain.
  std::function<ErrorBody(const TransportError&)> error_body;

  std::function<void(const AccessRecord&)> access_log;

  // What an operator of the server should know, as one sentence: a certificate was reloaded or
  // could not be, descriptors ran out, a drain ran into its limit.
  std::function<void(std::string_view)> notice;
};

}  // namespace toolhive::http
