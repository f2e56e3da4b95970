// What a server needs of TLS. A program without it links no TLS library.
#pragma once

#include "controller/base/status.hpp"

#include <memory>

namespace toolhive::http {

struct ConnectedSocket;
class Stream;

// Thread safe. TlsCertificate is one.
class Tls {
 public:
  enum class Reload { Unchanged, Replaced };

  virtual ~Tls() = default;
  // Reads again what it is made of. A failure leaves what it had in use.
  virtual StatusOr<Reload> reload() = 0;
  // The server's side of a connection that begins now.
  virtual std::unique_ptr<Stream> make_stream(ConnectedSocket socket) const = 0;
};

}  // namespace toolhive::http
