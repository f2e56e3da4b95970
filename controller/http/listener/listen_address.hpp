// From the URI of an http_listener to the address that it asks for.
#pragma once

#include "controller/base/status.hpp"
#include "controller/http/listen_address.hpp"

#include <string>

namespace toolhive::http {

// Invalid when the URI is none to listen on.
StatusOr<ListenAddress> listen_address(const std::string& listener_uri);

}  // namespace toolhive::http
