#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "controller/base/clock.hpp"
#include "registry/auth/authenticator.hpp"
#include "registry/auth/http_client.hpp"
#include "registry/auth/settings.hpp"
#include "registry/auth/verdict_cache.hpp"

namespace toolhive::registry::auth {

/// Believes the Kubernetes API server: sends it each token in a TokenReview, with the registry's own ServiceAccount token, which is
/// read anew for each. What it says is kept for `cache` (a refusal for ten seconds), so a token that was taken back may be good
/// for as long. Four threads ask; up to 1,000 requests wait for them, more are Unavailable.
class KubernetesAuthenticator final : public Authenticator {
 public:
  /// Sends a call; made once per thread.
  using Send = std::function<Result<HttpReply>(const HttpCall& call)>;
  using MakeSend = std::function<Send(const std::stop_token& stop)>;

  KubernetesAuthenticator(KubernetesSettings settings, MakeSend make_send, Clock& clock = system_clock());
  explicit KubernetesAuthenticator(const KubernetesSettings& settings);
  ~KubernetesAuthenticator() override;

  void authenticate(const std::string& token, Done done) override;
  void stop() override;
  /// The failure of the last question, if it failed.
  std::string problem() const override;

 private:
  struct Waiting {
    std::string key, token;
    Done done;
  };
  void work(const std::stop_token& stop, const Send& send);
  Result<Verdict> review(const std::string& token, const Send& send) const;
  Verdict ask(const Waiting& waiting, const Send& send);

  const KubernetesSettings settings_;
  Clock& clock_;
  VerdictCache<TimePoint> cache_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<Waiting> waiting_;
  std::string problem_;
  bool stopped_ = false;
  std::vector<std::jthread> threads_;  // The last member: they use the others.
};

}  // namespace toolhive::registry::auth
