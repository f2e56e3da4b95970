// What a handler may want of a request beyond cpprestsdk's own interface.
#pragma once

#include <string>
#include <string_view>

namespace web::http {
class http_request;  // NOLINT(readability-identifier-naming): cpprestsdk's
}

namespace toolhive::http {

// Request::target of the request. Of one that no server made (in a test): its relative URI.
std::string raw_target(const web::http::http_request& request);

// The whole body, which the server has read before it calls the handler: no task to wait for. Valid
// while the request lives and nobody has read or extracted its body.
std::string_view body(const web::http::http_request& request);

}  // namespace toolhive::http
