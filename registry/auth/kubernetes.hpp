#pragma once

#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <vector>

#include "controller/base/bounded_executor.hpp"
#include "controller/base/clock.hpp"
#include "registry/auth/authenticator.hpp"
#include "registry/auth/http_client.hpp"
#include "registry/auth/settings.hpp"
#include "registry/auth/verdict_cache.hpp"

namespace toolhive::registry::auth {

// Believes the Kubernetes API server: sends it each token in a TokenReview, with the registry's own
// ServiceAccount token, which is read anew for each. What it says is kept for `cache` (a refusal
// for ten seconds), so a token that was taken back may be good for as long. Four threads ask; up to
// 1,000 requests wait for them, more are Unavailable.
class KubernetesAuthenticator final : public Authenticator {
 public:
  // Sends a call; one for each of the threads, and of one thread at a time.
  using Send = std::function<Result<HttpReply>(const HttpCall& call)>;
  using MakeSend = std::function<Send(const std::stop_token& stop)>;

  KubernetesAuthenticator(KubernetesSettings settings, MakeSend make_send, Clock& clock = system_clock());
  explicit KubernetesAuthenticator(const KubernetesSettings& settings);
  ~KubernetesAuthenticator() override;

  void authenticate(const std::string& token, Done done) override;
  void stop() override;
  // The failure of the last question, if it failed.
  std::string problem() const override;

 private:
  Verdict ask(const std::string& key, const std::string& token, const std::stop_token& stop);
  Result<Verdict> review(const std::string& token, const std::stop_token& stop);
  Result<HttpReply> send(const HttpCall& call, const std::stop_token& stop);

  const KubernetesSettings settings_;
  const MakeSend make_send_;
  Clock& clock_;
  VerdictCache<TimePoint> cache_;
  mutable std::mutex mutex_;
  // guarded by mutex_: those that no thread has now, with their connections
  std::vector<Send> idle_;
  std::string problem_;       // guarded by mutex_
  BoundedExecutor executor_;  // the last member: its threads use the others
};

}  // namespace toolhive::registry::auth
