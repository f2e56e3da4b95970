#include "controller/runtime/serve/metrics_authorizer.hpp"

#include <algorithm>
#include <atomic>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/base/sha256.hpp"

namespace toolhive::runtime {

using Kind = AccessDecision::Kind;

namespace {

// Service account tokens have about 1 kB, those of identity providers with many groups a few.
constexpr std::size_t kLongestToken = 16U << 10;

AccessDecision decided(Kind kind, Status cause, std::string user = {}) {
  return {kind, std::move(user), std::move(cause)};
}

AccessDecision unauthorized(std::string why) {
  return decided(Kind::Unauthorized, Status(Code::Unauthorized, std::move(why)));
}

// The token of "Bearer <token>" (RFC 6750), or nothing.
std::optional<std::string_view> bearer_token(std::string_view header) {
  constexpr std::string_view kScheme = "bearer ";
  const auto same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a + ('a' - 'A') : a) == b; };
  if (header.size() < kScheme.size() ||
      !std::equal(kScheme.begin(), kScheme.end(), header.begin(), [&](char b, char a) { return same(a, b); }))
    return std::nullopt;
  std::string_view token = header.substr(kScheme.size());
  while (token.starts_with(' ')) token.remove_prefix(1);
  const bool plain = std::all_of(token.begin(), token.end(), [](char c) { return c > 0x20 && c < 0x7F; });
  if (token.empty() || !plain || token.size() > kLongestToken) return std::nullopt;
  return token;
}

std::string id_of(std::string_view token, std::string_view path, std::string_view verb) {
  std::string text(token);
  text.append("\n").append(verb).append("\n").append(path);
  return sha256_hex(text);
}

std::string without(std::string text, std::string_view secret) {
  for (std::size_t at = text.find(secret); at != std::string::npos; at = text.find(secret, at))
    text.replace(at, secret.size(), "<token>");
  return text;
}

bool is_true(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

// The right to ask, when that is what is missing.
Status cannot_ask(const Status& why, const char* what) {
  const bool right = why.code() == Code::Forbidden;
  return why.with_context(
      std::string(what) +
      (right ? " is not permitted to this process; bind its service account to the ClusterRole "
               "system:auth-delegator"
             : " failed"));
}

}  // namespace

int AccessDecision::http_status() const {
  switch (kind) {
    case Kind::Allowed:
      return 200;
    case Kind::Unauthorized:
      return 401;
    case Kind::Forbidden:
      return 403;
    case Kind::Unavailable:
      break;
  }
  return 503;
}

struct MetricsAuthorizer::Impl {
  Impl(kube::Client& c, const Options& o) : client(c), options(o) {}

  struct Kept {
    AccessDecision decision;
    TimePoint until;
  };
  using Decisions = std::map<std::string, Kept>;  // by digest of token, verb and path

  kube::Client& client;
  const Options options;
  std::atomic<int> reviews = 0;
  std::mutex mutex;
  Decisions allowed;  // guarded by mutex
  Decisions refused;  // guarded by mutex

  std::optional<AccessDecision> known(const std::string& id, TimePoint now) {
    const std::lock_guard lock(mutex);
    for (const Decisions* decisions : {&allowed, &refused}) {
      const auto found = decisions->find(id);
      if (found != decisions->end() && now < found->second.until) return found->second.decision;
    }
    return std::nullopt;
  }

  void keep(const std::string& id, const AccessDecision& decision, TimePoint now) {
    if (decision.kind == Kind::Unavailable) return;
    const bool good = decision.kind == Kind::Allowed;
    const std::lock_guard lock(mutex);
    (good ? refused : allowed).erase(id);
    Decisions& decisions = good ? allowed : refused;
    decisions.erase(id);
    if (decisions.size() >= options.max_kept)
      std::erase_if(decisions, [&](const auto& entry) { return entry.second.until <= now; });
    if (decisions.size() >= options.max_kept) {
      const auto oldest =
          std::min_element(decisions.begin(), decisions.end(),
                           [](const auto& a, const auto& b) { return a.second.until < b.second.until; });
      if (oldest != decisions.end()) decisions.erase(oldest);
    }
    if (options.max_kept > 0)
      decisions.emplace(id, Kept{decision, now + (good ? options.allowed_for : options.refused_for)});
  }

  // The `status` of a review. Reviews are not stored, so what comes back has no name and is no
  // kube::Object.
  StatusOr<Json> review(const Context& ctx, const char* group, const char* plural, const char* kind,
                        Json spec) {
    const std::string api_version = std::string(group) + "/v1";
    kube::HttpRequest request;
    request.method = "POST";
    request.target = "/apis/" + api_version + "/" + plural;
    request.content_type = "application/json";
    request.body = Json{{"apiVersion", api_version}, {"kind", kind}, {"spec", std::move(spec)}}.dump();
    StatusOr<kube::HttpResponse> reply = client.raw(ctx, std::move(request));
    if (!reply.ok()) return reply.status();
    const Json document = Json::parse(reply->body, nullptr, false);
    if (!document.is_object() || !document.contains("status") || !document["status"].is_object())
      return Status(Code::Decode, "the answer is no " + std::string(kind));
    return document["status"];
  }

  AccessDecision ask(const Context& ctx, std::string_view token, std::string_view path,
                     std::string_view verb) {
    StatusOr<Json> authentication =
        review(ctx, "authentication.k8s.io", "tokenreviews", "TokenReview", {{"token", token}});
    if (!authentication.ok())
      return decided(Kind::Unavailable, cannot_ask(authentication.status(), "creating a TokenReview"));
    if (!is_true(*authentication, "authenticated")) {
      const std::string why = string_member(*authentication, "error");
      return unauthorized("the API server does not know the token" + (why.empty() ? "" : ": " + why));
    }
    const Json user = authentication->value("user", Json::object());
    const std::string name = user.is_object() ? string_member(user, "username") : std::string();
    if (name.empty()) return unauthorized("the API server gave no user for the token");

    Json spec = {{"user", name}, {"nonResourceAttributes", {{"path", path}, {"verb", verb}}}};
    for (const char* field : {"uid", "groups", "extra"})
      if (user.contains(field)) spec[field] = user[field];
    StatusOr<Json> authorization =
        review(ctx, "authorization.k8s.io", "subjectaccessreviews", "SubjectAccessReview", std::move(spec));
    if (!authorization.ok())
      return decided(Kind::Unavailable, cannot_ask(authorization.status(), "creating a SubjectAccessReview"));
    if (is_true(*authorization, "allowed") && !is_true(*authorization, "denied"))
      return decided(Kind::Allowed, {}, name);
    const std::string why = string_member(*authorization, "reason");
    return decided(Kind::Forbidden,
                   Status(Code::Forbidden, "user \"" + name + "\" may not " + std::string(verb) + " " +
                                               std::string(path) + (why.empty() ? "" : " (" + why + ")") +
                                               "; grant the nonResourceURL by a ClusterRole"),
                   name);
  }
};

MetricsAuthorizer::MetricsAuthorizer(kube::Client& client) : MetricsAuthorizer(client, Options()) {}
MetricsAuthorizer::MetricsAuthorizer(kube::Client& client, const Options& options)
    : impl_(std::make_unique<Impl>(client, options)) {}
MetricsAuthorizer::~MetricsAuthorizer() = default;

std::optional<AccessDecision> MetricsAuthorizer::known(const Context& ctx, std::string_view authorization,
                                                       std::string_view path, std::string_view verb) {
  const std::optional<std::string_view> token = bearer_token(authorization);
  if (!token) return unauthorized("a request needs the header \"Authorization: Bearer <token>\"");
  return impl_->known(id_of(*token, path, verb), ctx.clock.now());
}

AccessDecision MetricsAuthorizer::authorize(const Context& ctx, std::string_view authorization,
                                            std::string_view path, std::string_view verb) {
  if (std::optional<AccessDecision> kept = known(ctx, authorization, path, verb)) return *std::move(kept);
  const std::string_view token = *bearer_token(authorization);
  const std::string id = id_of(token, path, verb);

  struct Slot {
    explicit Slot(std::atomic<int>& c) : count(c), number(++c) {}
    ~Slot() { --count; }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    std::atomic<int>& count;
    const int number;
  } const slot(impl_->reviews);
  if (slot.number > impl_->options.max_reviews)
    return decided(Kind::Unavailable,
                   Status(Code::TooManyRequests, "too many callers are being reviewed; try again"));

  AccessDecision decision = impl_->ask(ctx.with_timeout(impl_->options.timeout), token, path, verb);
  // Servers and proxies have been seen to quote what they were sent.
  if (decision.cause.message().find(token) != std::string::npos)
    decision.cause = Status(decision.cause.code(), without(decision.cause.message(), token));
  impl_->keep(id, decision, ctx.clock.now());
  return decision;
}

}  // namespace toolhive::runtime
