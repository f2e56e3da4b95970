// ClientCertificate: what the operator shows of itself in a TLS handshake.
#pragma once

#include <string>

namespace toolhive {

struct ClientCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM, PKCS #8, unencrypted: a secret
};

}  // namespace toolhive
