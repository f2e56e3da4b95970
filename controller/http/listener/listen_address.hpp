// From the URI of an http_listener to the address that it asks for.
#pragma once

#include "controller/http/listen_address.hpp"

namespace web {
class uri;  // NOLINT(readability-identifier-naming): cpprestsdk's
}

namespace toolhive::http {

// Throws std::runtime_error when the URI is none to listen on.
ListenAddress listen_address(const web::uri& uri);

}  // namespace toolhive::http
