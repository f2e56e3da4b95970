// TlsFront: ends TLS before a server of a test, as an ingress does.
#pragma once

#include <openssl/ssl.h>

#include <memory>
#include <mutex>

#include "test/unit/kube/certificate_maker.hpp"
#include "test/unit/kube/fake_server.hpp"

namespace toolhive::test {

class TlsFront {
 public:
  // Hands the bytes on to `port` of 127.0.0.1, and back.
  TlsFront(const Pem& pem, int port);
  int port() const { return server_.port(); }
  // For connections from now on: another certificate, or no word at all.
  void use(const Pem& pem);
  void fall_silent();

 private:
  void serve(Connection& connection);

  const int behind_;
  std::mutex mutex_;
  std::shared_ptr<SSL_CTX> context_;  // null when silent
  FakeServer server_;                 // last: its threads use the others
};

}  // namespace toolhive::test
