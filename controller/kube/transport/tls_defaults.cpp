#include "controller/kube/transport/tls_defaults.hpp"

#include <openssl/ssl.h>

namespace toolhive::kube {

namespace {
thread_local int without_defaults = 0;
}

WithoutDefaultAuthorities::WithoutDefaultAuthorities() {
  ++without_defaults;
}
WithoutDefaultAuthorities::~WithoutDefaultAuthorities() {
  --without_defaults;
}

}  // namespace toolhive::kube

// Takes the place of OpenSSL's function in the whole process; for everyone else it does the same.
extern "C" __attribute__((visibility("default"))) int SSL_CTX_set_default_verify_paths(SSL_CTX* context) {
  if (toolhive::kube::without_defaults > 0) return 1;
  return X509_STORE_set_default_paths(SSL_CTX_get_cert_store(context));
}
