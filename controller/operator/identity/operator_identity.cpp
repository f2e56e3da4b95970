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
constexpr std::chrono::seconds kHandsOverWithin{5};  // well below the time for a graceful stop
constexpr const char* kKeysMember = "keys.json";
// Who empties a Secret leaves its annotations; who installs it anew does not.
constexpr const char* kFilled = "mcpregistry.dev/filled";

std::int64_t numeric_date(WallTime time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

Json secret_data(const std::string& ring) {
  return {{kKeysMember, encode_base64(ring)}};
}

bool is_filled(const Json& secret) {
  const Json* const annotations = value_at(secret, "/metadata/annotations");
  return annotations && annotations->contains(kFilled);
}

// None in a Secret as it is installed.
StatusOr<KeyRing> held_keys(const Json& secret) {
  const Json* const data = value_at(secret, "/data");
  const std::string held = data ? string_member(*data, kKeysMember) : std::string();
  if (held.empty()) return KeyRing();
  const auto text = decode_base64(held);
  return text ? KeyRing::parse(*text) : Status(Code::Invalid, "is not base64");
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

StatusOr<ClientCertificate> OperatorIdentity::client_certificate(const Context& ctx) {
  const auto known = ring(ctx);
  if (!known.ok()) return known.status();
  return (*known)->client_certificate(ctx.clock.wall());
}

StatusOr<std::string> OperatorIdentity::client_certificates(const Context& ctx) {
  const auto known = ring(ctx);
  if (!known.ok()) return known.status();
  return (*known)->client_certificates();
}

void OperatorIdentity::hand_over(const Context& ctx) {
  sleep_until(ctx.clock, TimePoint::max(), ctx.stop);
  std::unique_lock lock(mutex_);
  const auto known = ring_;
  lock.unlock();
  if (!known) return;
  const auto left = read({{}, ctx.clock.now() + kHandsOverWithin, ctx.clock, {}}, *known);
  if (!left.ok())
    log(LogLevel::Warn, "could not see whether the keys are there for the next leader",
        {{"secret", kIdentitySecret}, {"error", left.status().message()}});
}

StatusOr<std::shared_ptr<const KeyRing>> OperatorIdentity::ring(const Context& ctx) {
  std::unique_lock lock(mutex_);
  const TimePoint now = ctx.clock.now();
  if (ring_ && now < next_read_) return ring_;
  next_read_ = now + kBetweenReads;
  // Who comes while one asks a slow API server goes on with what is known; without that all wait.
  const auto known = ring_;
  if (known) lock.unlock();
  auto found = read(ctx, known ? *known : KeyRing());
  if (known) lock.lock();
  if (!found.ok() && !ring_) return found.status();
  if (found.ok()) ring_ = std::make_shared<const KeyRing>(*std::move(found));
  return ring_;
}

StatusOr<KeyRing> OperatorIdentity::read(const Context& ctx, const KeyRing& known) {
  const auto secret = client_.get(ctx, secret_type(), {ns_, kIdentitySecret});
  if (secret.status().code() == Code::NotFound)
    return Status(Code::NotFound, "the Secret " + ns_ + "/" + kIdentitySecret +
                                      " is not there; it comes with the operator's installation, empty: "
                                      "apply that again");
  if (!secret.ok()) return secret.status();
  return rotate(ctx, secret->json(), known);
}

StatusOr<KeyRing> OperatorIdentity::rotate(const Context& ctx, const Json& secret, const KeyRing& known) {
  const bool filled = is_filled(secret);
  auto ring = held_keys(secret);
  if (!ring.ok())
    return ring.status().with_context("the Secret " + ns_ + "/" + kIdentitySecret +
                                      " holds no keys of the operator; delete what it holds, and new ones "
                                      "are made");
  if (!filled && ring->empty()) ring = known;
  const auto changed = ring->rotate(ctx.clock.wall());
  if (!changed.ok()) return changed.status();
  if (filled && !*changed) return ring;
  const auto rotated = ring->to_json();
  if (!rotated.ok()) return rotated.status();
  Json update = secret;
  update["metadata"]["annotations"][kFilled] = "true";
  update["data"] = secret_data(*rotated);
  if (const Status written = client_.update(ctx, secret_type(), update).status(); !written.ok())
    return written;
  log(LogLevel::Info, "wrote the keys by which registries know the operator", {{"secret", kIdentitySecret}});
  return ring;
}

}  // namespace toolhive
