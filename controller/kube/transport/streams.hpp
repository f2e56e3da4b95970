// The two ends of a request as cpprestsdk's streams. Internal: include from transport*.cpp only.
#pragma once

#include <cpprest/streams.h>

#include <memory>
#include <string>

#include "controller/kube/transport/exchange.hpp"

namespace toolhive::kube {

// Hands the bytes of a reply to `exchange` as they arrive; the connection is not read while that is
// full.
concurrency::streams::ostream reply_stream(std::shared_ptr<Exchange> exchange);

// A request's body. It cannot be rewound on purpose: cpprestsdk would send a request again by
// itself when a reused connection breaks, although the server may have carried it out.
concurrency::streams::istream body_stream(std::string body);

}  // namespace toolhive::kube
