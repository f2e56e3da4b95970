// A connection's bytes within TLS, by OpenSSL.
#pragma once

#include "controller/http/stream.hpp"

#include <memory>

namespace boost::asio::ssl {
class context;  // NOLINT(readability-identifier-naming): Boost's
}

namespace toolhive::http {

// The server's side; `context` outlives the stream, also when the certificate is exchanged.
std::unique_ptr<Stream> make_tls_stream(ConnectedSocket socket,
                                        std::shared_ptr<boost::asio::ssl::context> context);

}  // namespace toolhive::http
