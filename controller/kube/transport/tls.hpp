// Tls: certificates, keys and the rules by which the API server's certificate is accepted.
// Internal.
#pragma once

#include <memory>
#include <string>

#include "controller/base/status.hpp"
#include "controller/kube/config/config.hpp"

struct ssl_ctx_st;
struct x509_store_ctx_st;

namespace toolhive::kube {

// What was parsed once and is shared by all connections. Thread-safe.
class Tls {
 public:
  // Reads the PEM sources of `config`; `host` is what the server's certificate must be for. Only
  // the CA of the configuration is trusted; the system's are where it names none. Invalid names the
  // source and the problem.
  static StatusOr<std::shared_ptr<const Tls>> load(const Config& config, const std::string& host);
  ~Tls();

  // Prepares the context of one connection, which must not outlive this object.
  void apply(ssl_ctx_st* context) const;

  // Why the last certificate was refused: "it expired on ...". Empty when none was.
  std::string last_refusal() const;
  // When the client certificate expired, for the message of a 401; empty while it is valid or
  // absent.
  std::string client_certificate_problem() const;

 private:
  struct Impl;
  explicit Tls(std::unique_ptr<Impl> impl);
  static int verify(x509_store_ctx_st* context, void* self);
  const std::unique_ptr<Impl> impl_;
};

}  // namespace toolhive::kube
