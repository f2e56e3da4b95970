// Replies past cpprestsdk's http_response, which costs as much as the rest of a read: its header is
// a map and its body a stream.
#pragma once

#include "controller/http/reply.hpp"

namespace web::http {
class http_request;  // NOLINT(readability-identifier-naming): cpprestsdk's
}

namespace toolhive::http {

// Returns a request that a ListenerServer gave to a handler, as http_request::reply() does. Any
// thread. False, and nothing happens, when it was answered before, or when no server made it.
bool reply(const web::http::http_request& request, Reply&& reply);

}  // namespace toolhive::http
