#include "controller/operator/certificate/certificate_chain.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/base/base64.hpp"
#include "controller/base/json_access.hpp"
#include "controller/kube/object/json_text.hpp"

namespace toolhive {

namespace {

constexpr std::chrono::hours kBackdated{1};  // clocks differ
constexpr const char* kServingCertificate = "tls.crt";
constexpr const char* kServingKey = "tls.key";
constexpr const char* kAuthorityCertificates = "ca.crt";
constexpr const char* kAuthorityKeys = "authorities.json";
// More than there can be at a time: one that signs, and one that is to.
constexpr std::size_t kMostAuthorities = 8;

std::string decoded(const Json& data, const char* member) {
  return decode_base64(string_member(data, member)).value_or(std::string());
}

// When two thirds are over.
WallTime renewal(const Validity& validity) {
  return validity.from + (validity.until - validity.from) * 2 / 3;
}

Validity validity_from(WallTime now, std::chrono::hours lifetime) {
  return {now - kBackdated, now - kBackdated + lifetime};
}

WallTime made_at(const IssuedCertificate& authority) {
  const auto facts = facts_of(authority);
  return facts ? facts->validity.from + kBackdated : WallTime();
}

std::vector<IssuedCertificate> parse_authorities(const std::string& text) {
  std::vector<IssuedCertificate> found;
  const auto document = kube::parse_json(text);
  if (!document.ok() || !document->is_array() || document->size() > kMostAuthorities) return found;
  for (const Json& entry : *document) {
    if (!entry.is_object()) continue;
    IssuedCertificate authority{string_member(entry, "certificate"), string_member(entry, "key")};
    if (facts_of(authority)) found.push_back(std::move(authority));
  }
  return found;
}

}  // namespace

CertificateChain CertificateChain::parse(const Json& secret_data) {
  CertificateChain chain;
  if (!secret_data.is_object()) return chain;
  chain.serving_ = {decoded(secret_data, kServingCertificate), decoded(secret_data, kServingKey)};
  chain.authorities_ = parse_authorities(decoded(secret_data, kAuthorityKeys));
  return chain;
}

Json CertificateChain::secret_data() const {
  Json keys = Json::array();
  for (const IssuedCertificate& authority : authorities_)
    keys.push_back({{"certificate", authority.certificate}, {"key", authority.key}});
  return {{kServingCertificate, encode_base64(serving_.certificate)},
          {kServingKey, encode_base64(serving_.key)},
          {kAuthorityCertificates, encode_base64(authorities())},
          {kAuthorityKeys, encode_base64(keys.dump())}};
}

StatusOr<bool> CertificateChain::rotate(const std::string& name, const std::vector<std::string>& dns_names,
                                        WallTime now) {
  bool changed = drop_expired(now);
  const auto added = add_authority(name, now);
  if (!added.ok()) return added.status();
  changed = changed || *added;
  if (!is_due(dns_names, now)) return changed;
  auto issued = issue_certificate(signer(now), dns_names, validity_from(now, kServingLifetime));
  if (!issued.ok()) return issued.status();
  serving_ = *std::move(issued);
  return true;
}

std::string CertificateChain::authorities() const {
  std::string bundle;
  for (const IssuedCertificate& authority : authorities_) bundle += authority.certificate;
  return bundle;
}

bool CertificateChain::drop_expired(WallTime now) {
  return std::erase_if(authorities_, [now](const IssuedCertificate& authority) {
           return facts_of(authority)->validity.until <= now;
         }) > 0;
}

StatusOr<bool> CertificateChain::add_authority(const std::string& name, WallTime now) {
  if (!authorities_.empty() && now < renewal(facts_of(authorities_.back())->validity)) return false;
  auto made = make_authority(name, validity_from(now, kAuthorityLifetime));
  if (!made.ok()) return made.status();
  authorities_.push_back(*std::move(made));
  return true;
}

// The youngest that everybody has by now; where none is that old, nobody has an older one either.
const IssuedCertificate& CertificateChain::signer(WallTime now) const {
  const auto known = std::find_if(authorities_.rbegin(), authorities_.rend(), [now](const auto& authority) {
    return made_at(authority) + kAuthorityOverlap <= now;
  });
  return known == authorities_.rend() ? authorities_.front() : *known;
}

bool CertificateChain::is_due(const std::vector<std::string>& dns_names, WallTime now) const {
  const auto facts = facts_of(serving_);
  if (!facts || facts->dns_names != dns_names || now >= renewal(facts->validity)) return true;
  return std::none_of(authorities_.begin(), authorities_.end(), [this](const IssuedCertificate& authority) {
    return is_signed_by(serving_.certificate, authority.certificate);
  });
}

}  // namespace toolhive
