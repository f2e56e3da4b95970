#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>

#include "registry/auth/identity.hpp"

namespace toolhive::registry::auth {

// What became of a token.
struct Verdict {
  enum class Kind {
    Accepted,
    Rejected,
    Unavailable,  // Nobody could say; the same token may be accepted later.
  };
  Kind kind = Kind::Rejected;
  std::shared_ptr<const Identity> identity;  // When accepted.
  std::string reason;                   // When not, in words for whoever sent the token. Holds no part of it.
  std::chrono::seconds retry_after{1};  // When unavailable.

  static Verdict accepted(std::shared_ptr<const Identity> identity) {
    return {Kind::Accepted, std::move(identity), {}, {}};
  }
  static Verdict rejected(std::string reason) { return {Kind::Rejected, nullptr, std::move(reason), {}}; }
  static Verdict unavailable(std::string reason, std::chrono::seconds retry_after = std::chrono::seconds(1)) {
    return {Kind::Unavailable, nullptr, std::move(reason), retry_after};
  }
};

// Finds out whose a bearer token is. Thread safe.
class Authenticator {
 public:
  using Done = std::function<void(const Verdict&)>;

  // Calls stop().
  virtual ~Authenticator() = default;
  Authenticator() = default;
  Authenticator(const Authenticator&) = delete;
  Authenticator& operator=(const Authenticator&) = delete;

  // Calls `done` exactly once: before it returns when nobody has to be asked, else on a thread of
  // its own. Never blocks. `done` must neither block for long nor throw.
  virtual void authenticate(const std::string& token, Done done) = 0;

  // Ends what waits as Unavailable, and its threads. What comes later is judged by what is known,
  // or Unavailable.
  virtual void stop() = 0;

  // Why tokens cannot be judged now, for people; empty while they can.
  virtual std::string problem() const = 0;
};

}  // namespace toolhive::registry::auth
