// A reply whose bytes are ready, past cpprestsdk's http_response: it costs half of what that costs, whose header is a map
// and whose body is a stream.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace web::http {
class http_request;  // NOLINT(readability-identifier-naming): cpprestsdk's
}

namespace toolhive::http {

struct Reply {
  unsigned status = 200;
  // Names are literals. What frames the message (length, Connection) is the server's; see write_head().
  std::vector<std::pair<std::string_view, std::string>> headers;
  std::string_view lines;                   // a literal: header lines with their ends, sent as they are
  std::string_view content_type;            // a literal; for a body only
  std::shared_ptr<const std::string> body;  // null for none; not copied
  // Called once, when the reply is written (true) or cannot be any more; may be empty. Must not throw.
  std::function<void(bool complete)> written;
};

// Answers a request that an http::Server gave to a handler, as http_request::reply() does. Any thread. False, and nothing
// happens, when it was answered before, or when no server made it.
bool reply(const web::http::http_request& request, Reply reply);

}  // namespace toolhive::http
