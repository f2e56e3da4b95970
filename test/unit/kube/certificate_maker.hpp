// Certificates made on the spot, for tests of TLS.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

struct x509_st;
struct evp_pkey_st;

namespace toolhive::test {

struct Pem {
  std::string certificate;
  std::string key;
};

// A certificate authority of its own.
class Authority {
 public:
  explicit Authority(const std::string& name);
  const std::string& certificate() const { return pem_.certificate; }
  // For `names` as subjectAltName ("DNS:localhost,IP:127.0.0.1"), valid until `end` from now.
  Pem issue(const std::string& name, const std::string& alternatives,
            std::chrono::seconds end = std::chrono::hours(1)) const;

 private:
  std::shared_ptr<x509_st> self_;
  std::shared_ptr<evp_pkey_st> key_;
  Pem pem_;
};

// What a client sends to an authority to be given a certificate for `name`, as Kubernetes takes it.
struct CertificateRequest {
  std::string request;  // PEM
  std::string key;
};
CertificateRequest request_certificate(const std::string& name);

}  // namespace toolhive::test
