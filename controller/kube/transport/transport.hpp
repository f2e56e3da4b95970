// Transport: HTTP to one API server, authenticated and encrypted as a Config says. The only file of
// the framework behind which cpprestsdk's client is used.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/config/config.hpp"

namespace toolhive::kube {

struct HttpRequest {
  std::string method = {};  // upper case
  std::string target = {};  // path and query, percent-encoded, beginning with '/'
  std::string content_type = {};
  std::string accept = "application/json";
  std::string body = {};
  // Bytes of the reply's body. A longer one is TooLarge, and its connection is closed. The
  // default is for the API server, whose lists have it: see ListOptions::limit.
  std::size_t max_reply = 16U << 20;
};

struct HttpResponse {
  int status = 0;
  std::map<std::string, std::string, std::less<>> headers;  // names in lower case
  std::string body;
  // what this side knows about the cause of an error reply, for people; mostly empty
  std::string hint;
};

// Lines of a response body as they arrive. One reader thread.
class LineStream {
 public:
  virtual ~LineStream() = default;
  // The next line without its newline, valid until the next call. EndOfStream after the last one;
  // Unavailable when the stream broke, or no byte came for the stream's idle limit.
  virtual StatusOr<std::string_view> next(const Context& ctx) = 0;
};

// Thread-safe; calls block the calling thread only.
class Transport {
 public:
  virtual ~Transport() = default;

  // Any HTTP status is a success here: meaning is the caller's. Unavailable, Timeout and Cancelled
  // when no reply came. An Unavailable that is not_sent() was surely not carried out; after another
  // it may have been. A 401 is answered by reading the token file or asking the exec plugin again,
  // once. Without a deadline in `ctx` it waits for as long as the server takes.
  virtual StatusOr<HttpResponse> send(const Context& ctx, const HttpRequest& request) = 0;

  struct StreamOptions {
    std::chrono::seconds idle_limit{70};  // without a byte; then the connection counts as dead
    std::size_t max_line = 16U << 20;     // bytes; a longer line fails the stream with Decode
    // bytes waiting for the reader before the network is held back
    std::size_t max_buffered = 4U << 20;
  };
  // Blocks until the response's headers are there. A status other than 200 is returned as an error
  // made from the body, see error_from_response().
  virtual StatusOr<std::unique_ptr<LineStream>> stream(const Context& ctx, const HttpRequest& request,
                                                       const StreamOptions& options) = 0;
};

// Invalid when the configuration cannot work (an unreadable CA, a key that does not fit its
// certificate): before any connection is tried.
StatusOr<std::unique_ptr<Transport>> make_transport(const Config& config);

// The Status of a reply that is not 2xx, from the API server's Status object where the body holds
// one.
Status error_from_response(const HttpResponse& response);

}  // namespace toolhive::kube
