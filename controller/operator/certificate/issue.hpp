// X.509 certificates: those of an authority that the operator is itself, and those that it issues.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/status.hpp"

namespace toolhive {

struct IssuedCertificate {
  std::string certificate;  // PEM
  std::string key;          // PEM, PKCS #8, unencrypted
  bool operator==(const IssuedCertificate&) const = default;
};

// The first second and the last.
struct Validity {
  WallTime from;
  WallTime until;
};

// A self-signed P-256 certificate that may sign those of servers, and nothing below them. Internal
// when OpenSSL cannot make it.
StatusOr<IssuedCertificate> make_authority(const std::string& common_name, const Validity& validity);

// A P-256 certificate for a server with these DNS names, of which there must be one. Invalid when
// `authority` is none; Internal when OpenSSL cannot make it.
StatusOr<IssuedCertificate> issue_certificate(const IssuedCertificate& authority,
                                              const std::vector<std::string>& dns_names,
                                              const Validity& validity);

// A certificate for the P-256 key of `key`, in PEM, signed by that itself: for a client, who is known
// by it alone. It vouches for nobody else. Invalid when `key` is none; Internal when OpenSSL cannot
// make it.
StatusOr<std::string> self_sign_client(const std::string& key, const std::string& common_name,
                                       const Validity& validity);

// What there is to know of a certificate.
struct CertificateFacts {
  Validity validity;
  std::vector<std::string> dns_names;
};

// Absent unless both are readable and belong together.
std::optional<CertificateFacts> facts_of(const IssuedCertificate& pair);

// Whether the key of `authority` has signed `certificate`; both PEM.
bool is_signed_by(const std::string& certificate, const std::string& authority);

}  // namespace toolhive
