#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "controller/base/clock.hpp"
#include "registry/auth/authenticator.hpp"
#include "registry/auth/issuer.hpp"
#include "registry/auth/settings.hpp"
#include "registry/auth/verdict_cache.hpp"

namespace toolhive::registry::auth {

// Believes the tokens that an OpenID Connect issuer signed. A thread of its own fetches the keys:
// when it starts, every `refresh`, and when a token names a key that is not known, which it does no
// more than every ten seconds. While the issuer cannot be reached the keys that are known stay
// good; when none are, tokens are Unavailable.
class OidcAuthenticator final : public Authenticator {
 public:
  // Makes what fetches documents; called on the thread that will use it.
  using MakeFetch = std::function<Fetch(const std::stop_token& stop)>;

  OidcAuthenticator(OidcSettings settings, MakeFetch make_fetch, Clock& clock = system_clock());
  // Over HTTP.
  explicit OidcAuthenticator(const OidcSettings& settings);
  ~OidcAuthenticator() override;

  void authenticate(const std::string& token, Done done) override;
  void stop() override;
  std::string problem() const override;

 private:
  using Keys = std::vector<PublicKey>;
  struct Waiting {
    std::string token;
    Done done;
  };

  // None when the token names a key that is not known.
  std::optional<Verdict> judge(const std::string& token, const Keys& keys);
  void fetched(Result<Keys> keys);
  Verdict without_key() const;
  std::shared_ptr<const Keys> known_keys() const;

  const OidcSettings settings_;
  Clock& clock_;
  VerdictCache<WallTime> cache_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::shared_ptr<const Keys> keys_ = std::make_shared<const Keys>();
  std::deque<Waiting> waiting_;  // For the keys that are being fetched.
  bool asked_ = true;            // The keys are to be fetched at once.
  bool fetching_ = false;
  bool stopped_ = false;
  std::string problem_ = "the issuer's keys have not been fetched yet";
  bool have_keys_ = false;
  unsigned failures_ = 0;    // In a row.
  TimePoint next_refresh_;   // Nobody has to ask.
  TimePoint next_question_;  // Before it, an unknown key is no reason to ask.
  std::jthread thread_;      // The last member: it uses the others.
};

}  // namespace toolhive::registry::auth
