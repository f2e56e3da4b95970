// CertificateChain: the authority and the serving certificate that the operator makes for a
// registry, and when which of them gives way to a new one.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/operator/certificate/issue.hpp"

namespace toolhive {

// Of a serving certificate; another is made after two thirds of it.
inline constexpr std::chrono::hours kServingLifetime{90 * 24};
// Of an authority; another is made after two thirds of it.
inline constexpr std::chrono::hours kAuthorityLifetime{3 * 365 * 24};
// For how long a new authority is published before it signs, so that everybody trusts it by then.
inline constexpr std::chrono::hours kAuthorityOverlap{24};

// Not thread-safe.
class CertificateChain {
 public:
  // From `data` of a Secret, as secret_data() made it. What cannot be read of it, or does not
  // belong together, is left out, and made anew by rotate().
  static CertificateChain parse(const Json& secret_data);
  // Base64 by the members tls.crt and tls.key, ca.crt and authorities.json, which has the keys of
  // the authorities.
  Json secret_data() const;

  // Makes what is missing or due, and drops authorities that have expired. Whether that changed
  // anything. `name` is what a new authority is called.
  StatusOr<bool> rotate(const std::string& name, const std::vector<std::string>& dns_names, WallTime now);

  const IssuedCertificate& serving() const { return serving_; }
  // The certificates of all authorities, the oldest first: what clients are to trust.
  std::string authorities() const;

 private:
  bool drop_expired(WallTime now);
  StatusOr<bool> add_authority(const std::string& name, WallTime now);
  const IssuedCertificate& signer(WallTime now) const;
  bool is_due(const std::vector<std::string>& dns_names, WallTime now) const;

  IssuedCertificate serving_;
  std::vector<IssuedCertificate> authorities_;  // the oldest comes first
};

}  // namespace toolhive
