#include "controller/operator/identity/operator_identity.hpp"

#include <chrono>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/base64.hpp"
#include "controller/base/json_access.hpp"
#include "controller/base/log.hpp"
#include "controller/operator/labels.hpp"
#include "controller/operator/types.hpp"

namespace toolhive {

namespace {

constexpr std::chrono::minutes kBetweenReads{1};
constexpr const char* kKeysMember = "keys.json";

std::int64_t numeric_date(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

Json secret_data(const std::string& ring) {
  return {{kKeysMember, encode_base64(ring)}};
}

}  // namespace

OperatorIdentity::OperatorIdentity(kube::Client& client, std::string ns)
    : client_(client), ns_(std::move(ns)) {}

StatusOr<JsonPtr> OperatorIdentity::public_keys(const Context& ctx) {
  const auto known = ring(ctx);
  if (!known.ok()) return known.status();
  return std::make_shared<const Json>((*known)->public_keys());
}

StatusOr<std::string> OperatorIdentity::token(const Context& ctx, const std::string& audience) {
  const auto known = ring(ctx);
  if (!known.ok()) return known.status();
  const WallTime now = ctx.clock.wall();
  return (*known)->signer(now).sign({{"iss", kOperatorName},
                                     {"sub", kOperatorName},
                                     {"aud", audience},
                                     {"iat", numeric_date(now)},
                                     {"exp", numeric_date(now + kTokenLifetime)}});
}

StatusOr<std::shared_ptr<const KeyRing>> OperatorIdentity::ring(const Context& ctx) {
  const std::lock_guard lock(mutex_);
  const TimePoint now = ctx.clock.now();
  if (ring_ && now < next_read_) return ring_;
  auto found = read(ctx);
  if (!found.ok() && !ring_) return found.status();
  if (found.ok()) ring_ = std::make_shared<const KeyRing>(*std::move(found));
  next_read_ = now + kBetweenReads;
  return ring_;
}

StatusOr<KeyRing> OperatorIdentity::read(const Context& ctx) {
  const auto secret = client_.get(ctx, secret_type(), {ns_, kIdentitySecret});
  if (secret.status().code() == Code::NotFound) return make(ctx);
  if (!secret.ok()) return secret.status();
  return rotate(ctx, secret->json());
}

StatusOr<KeyRing> OperatorIdentity::make(const Context& ctx) {
  KeyRing ring;
  if (const auto made = ring.rotate(ctx.clock.wall()); !made.ok()) return made.status();
  const auto text = ring.to_json();
  if (!text.ok()) return text.status();
  const Json secret = {
      {"apiVersion", "v1"},
      {"kind", "Secret"},
      {"metadata",
       {{"name", kIdentitySecret}, {"namespace", ns_}, {"labels", {{kManagedByLabel, kOperatorName}}}}},
      {"data", secret_data(*text)}};
  if (const Status created = client_.create(ctx, secret_type(), secret).status(); !created.ok())
    return created;
  log(LogLevel::Info, "made the key by which registries know the operator", {{"secret", kIdentitySecret}});
  return ring;
}

StatusOr<KeyRing> OperatorIdentity::rotate(const Context& ctx, const Json& secret) {
  const auto data = value_at(secret, "/data");
  const auto text = decode_base64(data ? string_member(*data, kKeysMember) : std::string());
  auto ring = text ? KeyRing::parse(*text) : Status(Code::Invalid, "is not base64");
  if (!ring.ok())
    return ring.status().with_context("the Secret " + ns_ + "/" + kIdentitySecret +
                                      " holds no keys of the operator; delete it, and new ones are made");
  const auto changed = ring->rotate(ctx.clock.wall());
  if (!changed.ok()) return changed.status();
  if (!*changed) return ring;
  const auto rotated = ring->to_json();
  if (!rotated.ok()) return rotated.status();
  Json update = secret;
  update["data"] = secret_data(*rotated);
  if (const Status written = client_.update(ctx, secret_type(), update).status(); !written.ok())
    return written;
  log(LogLevel::Info, "rotated the keys by which registries know the operator",
      {{"secret", kIdentitySecret}});
  return ring;
}

}  // namespace toolhive
