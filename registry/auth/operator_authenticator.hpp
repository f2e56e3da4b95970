#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "controller/base/clock.hpp"
#include "registry/auth/authenticator.hpp"
#include "registry/auth/public_key.hpp"
#include "registry/auth/settings.hpp"

namespace toolhive::registry::auth {

// Both `iss` and `sub` of the operator's tokens, and the subject that audit lines show.
inline constexpr const char* kOperatorSubject = "toolhive-operator";

// Believes the tokens that the operator signs, by the public keys in a file, and asks `others`
// about all that do not name it as their issuer. The file is looked at again at most once a second,
// when a token of the operator comes: keys may be exchanged without a restart. Whoever `others`
// accept under the operator's own subject is rejected, so that audit lines are not mistaken.
class OperatorAuthenticator final : public Authenticator {
 public:
  OperatorAuthenticator(const OperatorSettings& settings, std::unique_ptr<Authenticator> others,
                        Clock& clock = system_clock());
  ~OperatorAuthenticator() override;

  void authenticate(const std::string& token, Done done) override;
  void stop() override;
  // That of `others`: whoever uses the registry is not concerned by the operator's keys.
  std::string problem() const override;

 private:
  using Keys = std::vector<PublicKey>;

  Verdict judge(const std::string& token);
  std::shared_ptr<const Keys> keys();
  void read_keys();

  const std::string jwks_file_;
  const OidcSettings claims_;  // What a token of the operator must say.
  const std::unique_ptr<Authenticator> others_;
  Clock& clock_;
  std::mutex mutex_;
  TimePoint next_read_;                // guarded by mutex_
  std::string text_;                   // guarded by mutex_: the file as it was read last
  std::string problem_;                // guarded by mutex_: why it could not be
  std::shared_ptr<const Keys> known_;  // guarded by mutex_; null until they were read once
};

}  // namespace toolhive::registry::auth
