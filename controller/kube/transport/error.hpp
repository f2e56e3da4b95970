// What cpprestsdk's exceptions mean. Internal: include from transport*.cpp only.
#pragma once

#include <exception>
#include <string>

#include "controller/base/status.hpp"

namespace toolhive::kube {

// Unavailable, as not_sent() where that is certain. `refusal` is why the server's certificate was
// refused, if it was.
Status transport_error(const std::exception_ptr& error, const std::string& refusal);

// Whether the client that reported `error` now has a connection in its pool that was never
// connected: what remains of its attempt to repeat a request by itself.
bool invalidates_pool(const std::exception_ptr& error);

}  // namespace toolhive::kube
