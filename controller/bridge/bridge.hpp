// Bridge: clients of both eras on one side, servers over stdio on the other.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "controller/base/clock.hpp"
#include "controller/base/status.hpp"
#include "controller/bridge/backend.hpp"
#include "controller/bridge/exchange.hpp"
#include "controller/bridge/message.hpp"
#include "controller/bridge/session_table.hpp"

namespace toolhive::bridge {

struct BridgeOptions {
  bool process_per_session = false;
  SessionLimits sessions;
  BackendOptions backend;  // but for `opening`
};

// Used on the loop only.
//
// Clients of a modern version share one process. So do the sessions of legacy clients, or each has
// one of its own. A server that speaks both eras is run once for each: which it speaks is settled
// for a process as a whole.
class Bridge final : public Audience {
 public:
  Bridge(BridgeOptions options, Backend::Launch launch, Clock& clock);

  // NotFound when there is no such program.
  Status start();
  void tick();
  // Ends what would last for ever: streams and subscriptions. Requests are still answered.
  void drain();
  // Asks all processes to end.
  void stop();
  bool stopped() const;

  // A message of a client without a session, in a modern version.
  void modern(Message message, std::shared_ptr<Exchange> exchange);
  // An initialize.
  void initialize(Message request, std::shared_ptr<Exchange> exchange);
  // Another message of a session.
  void legacy(const std::string& session_id, Message message, std::shared_ptr<Exchange> exchange);
  // The session's stream for what belongs to no request.
  void listen(const std::string& session_id, std::shared_ptr<Exchange> stream);
  void end(const std::string& session_id, Exchange& exchange);
  // Whoever waited at the other end of the exchange went away.
  void gone(const std::string& session_id, const Exchange& exchange);

  // Calls `done` with whether the server answers: Unavailable says what is wrong.
  void check(std::function<void(Status)> done);

  // From the processes that are shared.
  void tell(const Message& notification, PendingCalls& calls) override;
  bool ask(const Message& /*request*/, PendingCalls& /*calls*/) override { return false; }
  void lost() override {}

 private:
  BackendOptions options_for(Opening opening) const;
  void modern_request(Message request, std::shared_ptr<Exchange> exchange);
  void ask_legacy_server(Message request, std::shared_ptr<Exchange> exchange);
  Backend& shared_for_sessions();
  void initialize_shared(const Message& request, Exchange& exchange);
  void initialize_own(Message request, std::shared_ptr<Exchange> exchange);
  void notify(Session& session, Message message);

  const BridgeOptions options_;
  const Backend::Launch launch_;
  Clock& clock_;
  SessionTable sessions_;
  Backend main_;
  std::unique_ptr<Backend> legacy_;  // once a session needs it
};

}  // namespace toolhive::bridge
