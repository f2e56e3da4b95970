#include "registry/api/guard.hpp"

#include <algorithm>

#include "registry/api/challenge.hpp"
#include "registry/api/endpoint.hpp"
#include "registry/auth/kubernetes.hpp"
#include "registry/auth/oidc.hpp"
#include "registry/auth/operator_authenticator.hpp"
#include "registry/auth/peer.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry {
namespace {

// None for what is open to all.
auth::Right needed_right(const auth::AuthSettings& settings, Needs needs) {
  switch (needs) {
    case Needs::Nothing:
      return auth::Right::None;
    case Needs::ReadRight:
      return auth::Right::Read;
    case Needs::WriteRight:
      return auth::Right::Write;
    case Needs::MetricsRight:
      break;
  }
  return settings.metrics_right;
}

// Who measures the service is not to be kept from it by those who use it.
bool is_limited(const Call& call) {
  return call.method->needs != Needs::MetricsRight;
}

// The token of an Authorization header; none when it is of another scheme. The header is not empty.
std::optional<std::string> bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  if (to_lower(header.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  header.remove_prefix(kScheme.size());
  const auto begin = header.find_first_not_of(' ');
  if (begin == header.npos) return std::nullopt;
  header.remove_prefix(begin);
  const bool plain = std::all_of(header.begin(), header.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view("-._~+/=").find(c) != std::string_view::npos;
  });
  if (!plain) return std::nullopt;
  return std::string(header);
}

}  // namespace

Guard::Guard(auth::AuthSettings settings, std::unique_ptr<auth::Authenticator> authenticator,
             auth::RateSettings rates, auth::AuditSettings audit, Metrics& metrics, Clock& clock)
    : settings_(std::move(settings)),
      audit_(std::move(audit), clock),
      metrics_(metrics),
      reads_(rates.reads, clock),
      writes_(rates.writes, clock),
      limited_(rates.limited()),
      authenticator_(std::move(authenticator)) {}

Result<std::unique_ptr<Guard>> Guard::make(const auth::AuthSettings& settings,
                                           const auth::RateSettings& rates, const auth::AuditSettings& given,
                                           Metrics& metrics) {
  auto audit = given;
  using Output = auth::AuditSettings::Output;
  if (audit.output == Output::Default)
    audit.output = settings.mode == auth::Mode::None ? Output::Off : Output::Stdout;
  if (settings.mode == auth::Mode::None && !rates.limited() && audit.output == Output::Off)
    return std::unique_ptr<Guard>();
  if (auto ok = auth::AuditLog(audit).check(); !ok) return ok.take_error();
  std::unique_ptr<auth::Authenticator> authenticator;
  if (settings.mode == auth::Mode::Oidc)
    authenticator = std::make_unique<auth::OidcAuthenticator>(settings.oidc);
  if (settings.mode == auth::Mode::Kubernetes)
    authenticator = std::make_unique<auth::KubernetesAuthenticator>(settings.kubernetes);
  if (settings.operator_settings)
    authenticator =
        std::make_unique<auth::OperatorAuthenticator>(*settings.operator_settings, std::move(authenticator));
  return std::make_unique<Guard>(settings, std::move(authenticator), rates, audit, metrics);
}

void Guard::stop() {
  if (authenticator_ != nullptr) authenticator_->stop();
}

void Guard::admit(const Call& call, Admit admit) {
  const auto& request = call.request;
  const auto needed = needed_right(settings_, call.method->needs);
  Admission admission;
  if (needed == auth::Right::None) return admit(std::move(admission));
  if (needed >= auth::Right::Write && audit_.wanted()) {
    admission.audit = std::make_shared<auth::AuditEntry>();
    admission.audit->request_id = request.request_id;
    admission.audit->peer = request.peer;
    admission.audit->action = call.method->action;
    admission.audit->name = call.route.name;
    admission.audit->version = call.route.version;
  }
  if (authenticator_ == nullptr || request.authorization.empty())
    return decide(call, needed, nullptr, std::move(admission), admit);

  // Whoever sends tokens that are not accepted pays for them under their address, before anybody is
  // asked about more of them.
  if (limited_ && is_limited(call)) {
    if (const auto wait = limit_of(needed).wait_of(auth::network_of(request.peer))) {
      metrics_.access(Metrics::Access::Limited);
      admission.refusal = limited(*wait);
      return admit(std::move(admission));
    }
  }
  const auto token = bearer_token(request.authorization);
  if (!token) {
    const auto verdict = auth::Verdict::rejected("the Authorization header is not Bearer and one token");
    return decide(call, needed, &verdict, std::move(admission), admit);
  }
  authenticator_->authenticate(
      *token, [this, &call, needed, admission = std::move(admission), admit = std::move(admit)](
                  const auth::Verdict& verdict) { decide(call, needed, &verdict, admission, admit); });
}

void Guard::decide(const Call& call, auth::Right needed, const auth::Verdict* verdict, Admission admission,
                   const Admit& admit) {
  const auto& request = call.request;
  const auto& name = call.route.name;
  using Outcome = Metrics::Access;
  const auto refuse = [&](Outcome outcome, Response response, std::string_view reason) {
    metrics_.access(outcome);
    if (admission.audit) admission.audit->reason = reason;
    admission.refusal = std::move(response);
    admit(std::move(admission));
  };
  const auto* identity = verdict == nullptr ? nullptr : verdict->identity.get();
  if (admission.audit && identity != nullptr) {
    admission.audit->subject = identity->subject;
    admission.audit->groups = identity->groups;
  }
  auto permit = identity != nullptr ? std::make_shared<const auth::Permit>(settings_, *identity)
                                    : std::make_shared<const auth::Permit>(settings_);
  const bool may = name.empty() ? permit->may_any(needed) : permit->may(needed, name);
  // What all may read needs nobody's word; a list may hold more for who has one.
  const bool open =
      needed == auth::Right::Read && identity == nullptr && (name.empty() ? permit->may_all(needed) : may);
  if (verdict != nullptr && verdict->kind == auth::Verdict::Kind::Unavailable && !open)
    return refuse(Outcome::Unavailable, cannot_judge(verdict->reason, verdict->retry_after), verdict->reason);
  if (limited_ && is_limited(call)) {
    const auto client = identity != nullptr ? "subject " + identity->subject : auth::network_of(request.peer);
    if (const auto wait = limit_of(needed).take(client))
      return refuse(Outcome::Limited, limited(*wait), "too many requests");
  }
  if (verdict != nullptr && verdict->kind == auth::Verdict::Kind::Rejected)
    return refuse(Outcome::Rejected, unauthorized(resource_of(request), verdict->reason), verdict->reason);
  if (authenticator_ == nullptr) {
    metrics_.access(Outcome::Anonymous);
    return admit(std::move(admission));
  }

  if (!may && identity == nullptr)
    return refuse(Outcome::Rejected, unauthorized(resource_of(request), {}), "no token");
  if (!may) {
    const auto reason =
        identity->subject + " may not " + std::string(name_of(needed)) + (name.empty() ? "" : " " + name);
    return refuse(Outcome::Forbidden, forbidden(resource_of(request), reason), reason);
  }
  metrics_.access(identity != nullptr ? Outcome::Accepted : Outcome::Anonymous);
  admission.permit = std::move(permit);
  admit(std::move(admission));
}

void Guard::finish(auth::AuditEntry& entry, const Response& response) {
  entry.status = response.status;
  entry.entity_tag = response.header("ETag");
  audit_.add(entry);
}

std::string Guard::resource_of(const Request& request) const {
  return settings_.resource.empty() ? request.origin : settings_.resource;
}

Response Guard::metadata(const Request& request) const {
  return resource_metadata(resource_of(request), settings_);
}

void Guard::add_gauges(Gauges& gauges) const {
  if (authenticator_ != nullptr) gauges.tokens_judged = authenticator_->problem().empty();
  if (audit_.wanted()) gauges.audit_lines_lost = audit_.lost();
}

std::string Guard::problem() const {
  return authenticator_ == nullptr ? std::string() : authenticator_->problem();
}

}  // namespace toolhive::registry
