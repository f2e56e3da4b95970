#include "registry/auth/kubernetes.hpp"

#include <algorithm>

#include "controller/base/log.hpp"
#include "registry/auth/jwt.hpp"
#include "registry/auth/token_review.hpp"
#include "registry/base/value_file.hpp"
#include "registry/model/text.hpp"

namespace toolhive::registry::auth {
namespace {

constexpr std::size_t kReviewsKept = 10'000;
constexpr std::size_t kMostReviews = 1'000;
constexpr unsigned kThreads = 4;
constexpr std::chrono::seconds kKeepRefusal{10};

KubernetesAuthenticator::MakeSend over_http() {
  return [](const std::stop_token& stop) -> KubernetesAuthenticator::Send {
    return [stop, client = std::make_shared<HttpClient>()](const HttpCall& call) {
      return client->send(call, stop);
    };
  };
}

}  // namespace

KubernetesAuthenticator::KubernetesAuthenticator(KubernetesSettings settings, MakeSend make_send,
                                                 Clock& clock)
    : settings_(std::move(settings)),
      make_send_(std::move(make_send)),
      clock_(clock),
      cache_(kReviewsKept),
      executor_(kThreads, kMostReviews) {}

KubernetesAuthenticator::KubernetesAuthenticator(const KubernetesSettings& settings)
    : KubernetesAuthenticator(settings, over_http()) {}

KubernetesAuthenticator::~KubernetesAuthenticator() {
  stop();
}

void KubernetesAuthenticator::stop() {
  executor_.close();
}

Verdict KubernetesAuthenticator::ask(const std::string& key, const std::string& token,
                                     const std::stop_token& stop) {
  if (stop.stop_requested()) return Verdict::unavailable("the registry is stopping");
  // Somebody may have asked the same while this one waited.
  if (const auto known = cache_.find(key, clock_.now())) return *known;
  auto verdict = review(token, stop);
  const std::string problem = verdict ? std::string() : verdict.error().detail;
  bool changed = false;
  {
    std::lock_guard guard(mutex_);
    changed = problem != problem_;
    problem_ = problem;
  }
  if (!verdict) {
    if (changed)
      log(LogLevel::Error, "tokens cannot be reviewed", {{"server", settings_.server}, {"error", problem}});
    return Verdict::unavailable("the Kubernetes API server, which knows the tokens, cannot be asked now");
  }
  const bool accepted = verdict->kind == Verdict::Kind::Accepted;
  const auto keep =
      accepted ? settings_.cache : std::min<std::chrono::milliseconds>(settings_.cache, kKeepRefusal);
  cache_.add(key, *verdict, clock_.now() + keep);
  return *verdict;
}

Result<Verdict> KubernetesAuthenticator::review(const std::string& token, const std::stop_token& stop) {
  HttpCall call;
  call.url = settings_.server + "/apis/authentication.k8s.io/v1/tokenreviews";
  call.body = token_review(token, settings_.audiences);
  const auto token_of_ours = read_value_file(settings_.token_file, "auth.kubernetes.tokenFile");
  if (!token_of_ours) return token_of_ours.error();
  call.bearer = trim(*token_of_ours);
  call.ca_file = settings_.ca_file;
  call.timeout = settings_.timeout;
  call.use_proxy = false;
  const auto reply = send(call, stop);
  if (!reply) return reply.error();
  switch (reply->status) {
    case 200:
    case 201:
      return read_token_review(reply->body, settings_.audiences);
    case 401:
      return Error{Code::Unavailable,
                   "the API server does not accept the registry's own token in " + settings_.token_file};
    case 403:
      return Error{Code::Unavailable,
                   "the registry's ServiceAccount may not create tokenreviews; bind it to the ClusterRole "
                   "system:auth-delegator"};
    default:
      return Error{Code::Unavailable, "the API server answers with status " + std::to_string(reply->status)};
  }
}

Result<HttpReply> KubernetesAuthenticator::send(const HttpCall& call, const std::stop_token& stop) {
  Send sender;
  {
    std::lock_guard guard(mutex_);
    if (!idle_.empty()) {
      sender = std::move(idle_.back());
      idle_.pop_back();
    }
  }
  if (!sender) sender = make_send_(stop);
  auto reply = sender(call);
  std::lock_guard guard(mutex_);
  idle_.push_back(std::move(sender));
  return reply;
}

void KubernetesAuthenticator::authenticate(const std::string& token, Done done) {
  if (token.size() > kTokenBytes)
    return done(Verdict::rejected("the token has more than " + std::to_string(kTokenBytes) + " bytes"));
  auto key = cache_.key_of(token);
  if (const auto known = cache_.find(key, clock_.now())) return done(*known);
  const bool taken = executor_.submit([this, key = std::move(key), token, done](const std::stop_token& stop) {
    done(ask(key, token, stop));
  });
  if (!taken) done(Verdict::unavailable("too many requests wait for the Kubernetes API server"));
}

std::string KubernetesAuthenticator::problem() const {
  std::lock_guard guard(mutex_);
  return problem_;
}

}  // namespace toolhive::registry::auth
