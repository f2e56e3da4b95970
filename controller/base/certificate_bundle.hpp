// CertificateBundle: the certificate authorities that a file names, in PEM, as read from somewhere
// that may be wrong.
#pragma once

#include <openssl/x509.h>

#include <memory>
#include <string>
#include <vector>

#include "controller/base/free_with.hpp"
#include "controller/base/status.hpp"

namespace toolhive {

using OwnedCertificate = std::unique_ptr<X509, FreeWith<X509_free>>;

// What a server may ask clients to have a certificate of. TLS names the subjects to every client, in
// at most 64 KiB together: beyond that no handshake succeeds at all, a probe's neither.
inline constexpr std::size_t kMostAuthorities = 256;
inline constexpr std::size_t kMostNameBytes = 32U << 10;

// In the order of the text. Invalid, saying what is wrong, where there is none, where one cannot be
// read, and beyond the bounds: whoever takes a part of a list trusts others than were meant.
// Thread-safe.
StatusOr<std::vector<OwnedCertificate>> read_certificate_bundle(const std::string& pem);

// Bytes that the subjects take, as TLS sends them.
std::size_t name_bytes(const std::vector<OwnedCertificate>& bundle);

}  // namespace toolhive
