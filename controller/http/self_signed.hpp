// A certificate that nobody vouches for, made on the spot: for a server that must speak TLS before
// anybody gave it a certificate. It keeps what is said from those who listen, not from those who
// stand in between.
#pragma once

#include "controller/base/status.hpp"

#include <string>
#include <vector>

namespace toolhive::http {

struct PemPair {
  std::string certificate;
  std::string key;  // PKCS #8, unencrypted
};

// A new P-256 key and its certificate for `dns_names` (the first, cut to 64 bytes, is the common
// name as well), valid for ten years from an hour ago: longer than any process that keeps it in
// memory. Invalid without a name; Internal when OpenSSL cannot make them.
StatusOr<PemPair> make_self_signed(const std::vector<std::string>& dns_names);

}  // namespace toolhive::http
