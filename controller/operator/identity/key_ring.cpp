#include "controller/operator/identity/key_ring.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "controller/base/json_access.hpp"
#include "controller/base/time.hpp"
#include "controller/kube/object/json_text.hpp"
#include "controller/operator/certificate/issue.hpp"
#include "controller/operator/labels.hpp"

namespace toolhive {

namespace {

// Rotation leaves two or three.
constexpr std::size_t kMostKeys = 16;

constexpr std::chrono::hours kClockSkew{1};  // by which certificates begin earlier

bool is_certificate_of(const SigningKey& key, const std::string& certificate) {
  const auto pem = key.pem();
  return pem.ok() && facts_of({certificate, *pem});
}

const Status kNoRing(Code::Invalid, "does not hold the operator's keys as it writes them");

}  // namespace

StatusOr<KeyRing> KeyRing::parse(const std::string& text) {
  const StatusOr<Json> document = kube::parse_json(text);
  const Json* const keys = document.ok() ? value_at(*document, "/keys") : nullptr;
  if (!keys || !keys->is_array() || keys->empty() || keys->size() > kMostKeys) return kNoRing;
  KeyRing ring;
  for (const Json& entry : *keys) {
    const auto made = parse_rfc3339(text_at(entry, "/made"));
    if (!made) return kNoRing;
    auto key = SigningKey::from_pem(string_member(entry, "key"));
    if (!key.ok()) return key.status();
    ring.keys_.push_back({*std::move(key), to_wall_time(*made), string_member(entry, "certificate")});
  }
  return ring;
}

StatusOr<std::string> KeyRing::to_json() const {
  Json keys = Json::array();
  for (const Entry& entry : keys_) {
    const auto pem = entry.key.pem();
    if (!pem.ok()) return pem.status();
    keys.push_back({{"made", to_rfc3339(entry.made)}, {"key", *pem}, {"certificate", entry.certificate}});
  }
  return Json{{"keys", std::move(keys)}}.dump();
}

StatusOr<bool> KeyRing::rotate(WallTime now) {
  // One of a clock that was wrong would sign for as long as that was ahead.
  bool changed = std::erase_if(keys_, [&](const Entry& entry) { return entry.made > now + kKeyOverlap; }) > 0;
  changed = drop_expired(now) || changed;
  if (keys_.empty() || now - keys_.back().made >= kKeyLifetime) {
    auto key = SigningKey::make();
    if (!key.ok()) return key.status();
    keys_.push_back({*std::move(key), std::chrono::floor<std::chrono::seconds>(now), {}});
  }
  for (Entry& entry : keys_) {
    const auto certified = certify(entry);
    if (!certified.ok()) return certified.status();
    changed = *certified || changed;
  }
  return changed;
}

StatusOr<bool> KeyRing::certify(Entry& entry) const {
  if (is_certificate_of(entry.key, entry.certificate)) return false;
  const auto pem = entry.key.pem();
  if (!pem.ok()) return pem.status();
  auto made =
      self_sign_client(*pem, kOperatorName, {entry.made - kClockSkew, entry.made + kKeyCertificateLifetime});
  if (!made.ok()) return made.status();
  entry.certificate = *std::move(made);
  return true;
}

// A key signs until the next one has been published for long enough, or while its certificate is
// good: one that nobody rotated for so long would be refused by every registry.
bool KeyRing::drop_expired(WallTime now) {
  const bool lapsed = std::erase_if(keys_, [&](const Entry& entry) {
                        return now >= entry.made + kKeyCertificateLifetime;
                      }) > 0;
  const auto expired = [&](std::size_t at) {
    return at + 1 < keys_.size() && now - keys_[at + 1].made >= 2 * kKeyOverlap;
  };
  std::size_t count = 0;
  while (expired(count)) ++count;
  keys_.erase(keys_.begin(), keys_.begin() + static_cast<std::ptrdiff_t>(count));
  return lapsed || count > 0;
}

std::size_t KeyRing::signing(WallTime now) const {
  std::size_t at = 0;
  while (at + 1 < keys_.size() && now - keys_[at + 1].made >= kKeyOverlap) ++at;
  return at;
}

const SigningKey& KeyRing::signer(WallTime now) const {
  return keys_[signing(now)].key;
}

Json KeyRing::public_keys() const {
  Json keys = Json::array();
  for (const Entry& entry : keys_) keys.push_back(entry.key.jwk());
  return {{"keys", std::move(keys)}};
}

StatusOr<ClientCertificate> KeyRing::client_certificate(WallTime now) const {
  const Entry& entry = keys_[signing(now)];
  auto pem = entry.key.pem();
  if (!pem.ok()) return pem.status();
  return ClientCertificate{entry.certificate, *std::move(pem)};
}

std::string KeyRing::client_certificates() const {
  std::string all;
  for (const Entry& entry : keys_) all += entry.certificate;
  return all;
}

}  // namespace toolhive
