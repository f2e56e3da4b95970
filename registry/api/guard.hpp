#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "registry/api/call.hpp"
#include "registry/auth/audit.hpp"
#include "registry/auth/authenticator.hpp"
#include "registry/auth/permit.hpp"
#include "registry/auth/rate_limit.hpp"
#include "registry/base/result.hpp"
#include "registry/metrics/metrics.hpp"
#include "registry/store/store.hpp"

namespace toolhive::registry {

// Whether a request is let in.
struct Admission {
  std::optional<Response> refusal;             // The answer, when it is not.
  std::shared_ptr<const auth::Permit> permit;  // What whoever sent it may do; null: everything.
  // Of a write that is to be noted; to be given to finish().
  std::shared_ptr<auth::AuditEntry> audit;
};

// What stands before the API: finds out who sends a request and whether they may, limits how much,
// and notes writes. Health, readiness, the program's version, its OpenAPI document, the page and
// the metadata for tokens are open to all, since they tell nothing of what is registered; so is
// whatever OPTIONS asks. Thread safe.
class Guard {
 public:
  using Admit = std::function<void(Admission)>;

  // `authenticator` is null in mode None.
  Guard(auth::AuthSettings settings, std::unique_ptr<auth::Authenticator> authenticator,
        auth::RateSettings rates, auth::AuditSettings audit, Metrics& metrics, Clock& clock = system_clock());

  // With the authenticator that the settings ask for. Null when they ask for nothing that needs a
  // guard. Invalid when the audit log cannot be written.
  static Result<std::unique_ptr<Guard>> make(const auth::AuthSettings& settings,
                                             const auth::RateSettings& rates,
                                             const auth::AuditSettings& audit, Metrics& metrics);

  // Ends what waits for somebody else's answer. To be called before the store goes.
  void stop();

  // Calls `admit` exactly once, before it returns or on a thread of the authenticator. The call
  // must live until then.
  void admit(const Call& call, Admit admit);

  // Checks a write against the permit of its call, and notes what is written for the audit log. The
  // answer, when it may not be. What it may not: write under a name without the right to it, the
  // names of a server's tools and of a tool's server among them; name a resource in managedBy that
  // the subject may not speak for; purge or force without the right `admin`. The write asks again
  // for the tools of a server that turn out to come or go with it.
  std::optional<Response> check_write(const Call& call, Write& write);

  // The answer to a write that touched a name to which its sender has no right. Notes it.
  Response refuse_write(const Call& call, const std::string& reason);

  // Notes a write that was answered.
  void finish(auth::AuditEntry& entry, const Response& response);

  // Whether there is somebody who judges tokens.
  bool asks_for_tokens() const { return authenticator_ != nullptr; }

  // GET /.well-known/oauth-protected-resource
  Response metadata(const Request& request) const;

  // Adds what there is to say of the authenticator.
  void add_gauges(Gauges& gauges) const;
  // Why tokens cannot be judged now; empty while they can, and where none are asked for.
  std::string problem() const;

 private:
  void decide(const Call& call, auth::Right needed, const auth::Verdict* verdict, Admission admission,
              const Admit& admit);
  auth::RateLimit& limit_of(auth::Right needed) { return needed >= auth::Right::Write ? writes_ : reads_; }
  std::string resource_of(const Request& request) const;

  const auth::AuthSettings settings_;
  auth::AuditLog audit_;
  Metrics& metrics_;
  auth::RateLimit reads_, writes_;
  const bool limited_;
  // The last member: its threads use the others.
  const std::unique_ptr<auth::Authenticator> authenticator_;
};

}  // namespace toolhive::registry
