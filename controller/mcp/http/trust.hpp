// Trust: the authorities whose word for a server's certificate is taken. Internal: includes Boost.
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <string>

#include "controller/base/status.hpp"

namespace toolhive::mcp {

// Shared by many connections, because reading the system's authorities takes 30 ms. Thread-safe.
class Trust {
 public:
  // The authorities in `pem`, and no others; when it is empty the system's, as they were at the
  // first such call. Invalid when it holds no certificate.
  static StatusOr<std::shared_ptr<const Trust>> load(const std::string& pem);

  // A connection's session over `context`, held to a certificate for `host`, which is a name or an
  // address.
  static void expect(SSL* session, const std::string& host);
  // Why the session's peer was refused; empty when it was not for its certificate.
  static std::string refusal(const SSL* session);

  boost::asio::ssl::context& context() const { return context_; }

 private:
  static StatusOr<std::shared_ptr<const Trust>> read(const std::string& pem);

  Trust() : context_(boost::asio::ssl::context::tls_client) {}

  // Connections only read it, although the library's types do not say so.
  mutable boost::asio::ssl::context context_;
};

}  // namespace toolhive::mcp
