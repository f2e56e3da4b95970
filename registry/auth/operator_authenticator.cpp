#include "registry/auth/operator_authenticator.hpp"

#include <nlohmann/json.hpp>

#include "controller/base/file.hpp"
#include "controller/base/log.hpp"
#include "registry/auth/jwt.hpp"
#include "registry/auth/verify_token.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry::auth {
namespace {

constexpr std::chrono::seconds kBetweenReads{1};
constexpr std::size_t kMostKeyBytes = 64 << 10;
constexpr JsonLimits kPeekLimits{16, 5'000};

OidcSettings operator_claims(const OperatorSettings& settings) {
  OidcSettings claims;
  claims.issuer = kOperatorSubject;
  claims.audiences = {settings.audience};
  claims.algorithms = {Algorithm::ES256};
  return claims;
}

// Nothing of it is believed yet: it says only whose keys are to be tried.
bool names_operator(const std::string& token) {
  const auto jwt = parse_jwt(token);
  if (!jwt) return false;
  const auto claims = parse_json(jwt->payload, kPeekLimits);
  if (!claims || !claims->is_object()) return false;
  const auto issuer = claims->find("iss");
  return issuer != claims->end() && *issuer == kOperatorSubject;
}

Result<std::vector<PublicKey>> parse_operator_keys(const std::string& text) {
  auto keys = parse_key_set(text);
  if (keys && keys->empty()) return Error{Code::Malformed, "has no key that could verify a token"};
  return keys;
}

}  // namespace

OperatorAuthenticator::OperatorAuthenticator(const OperatorSettings& settings,
                                             std::unique_ptr<Authenticator> others, Clock& clock)
    : jwks_file_(settings.jwks_file),
      claims_(operator_claims(settings)),
      others_(std::move(others)),
      clock_(clock),
      next_read_(clock.now()) {}

OperatorAuthenticator::~OperatorAuthenticator() {
  stop();
}

void OperatorAuthenticator::stop() {
  others_->stop();
}

std::string OperatorAuthenticator::problem() const {
  return others_->problem();
}

void OperatorAuthenticator::authenticate(const std::string& token, Done done) {
  if (names_operator(token)) return done(judge(token));
  others_->authenticate(token, [done = std::move(done)](const Verdict& verdict) {
    const bool poses = verdict.identity != nullptr && verdict.identity->subject == kOperatorSubject;
    done(poses ? Verdict::rejected(std::string("the subject ") + kOperatorSubject + " is the operator's own")
               : verdict);
  });
}

Verdict OperatorAuthenticator::judge(const std::string& token) {
  const auto known = keys();
  if (known == nullptr)
    return Verdict::unavailable("the operator's keys in " + jwks_file_ + " cannot be read");
  auto claims = verify_token(token, *known, claims_, clock_.wall());
  if (!claims) return Verdict::rejected("the operator has no such key as the token is signed with");
  if (!*claims) return Verdict::rejected(claims->error().detail);
  auto identity = std::move((*claims)->identity);
  identity.is_operator = true;
  return Verdict::accepted(std::make_shared<const Identity>(std::move(identity)));
}

std::shared_ptr<const OperatorAuthenticator::Keys> OperatorAuthenticator::keys() {
  std::lock_guard guard(mutex_);
  if (clock_.now() >= next_read_) {
    next_read_ = clock_.now() + kBetweenReads;
    read_keys();
  }
  return known_;
}

// What cannot be read leaves the keys as they were: a file is for a moment not there while it is
// exchanged.
void OperatorAuthenticator::read_keys() {
  const auto text = read_file(jwks_file_, kMostKeyBytes);
  if (text.ok() && *text == text_) return;
  auto parsed = text.ok() ? parse_operator_keys(*text)
                          : Result<Keys>(Error{Code::Unavailable, text.status().message()});
  const std::string problem = parsed ? std::string() : parsed.error().detail;
  if (parsed) {
    text_ = *text;
    known_ = std::make_shared<const Keys>(std::move(*parsed));
  }
  if (!problem.empty() && problem != problem_)
    log(LogLevel::Error, "the operator's keys cannot be read", {{"file", jwks_file_}, {"error", problem}});
  problem_ = problem;
}

}  // namespace toolhive::registry::auth
