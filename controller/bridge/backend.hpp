// Backend: a server over stdio that is kept running, and the requests that it has to answer.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "controller/base/backoff.hpp"
#include "controller/base/clock.hpp"
#include "controller/base/status.hpp"
#include "controller/bridge/child_process.hpp"
#include "controller/bridge/message.hpp"
#include "controller/bridge/own_exchange.hpp"
#include "controller/bridge/pending_calls.hpp"
#include "controller/bridge/server_facts.hpp"

namespace toolhive::bridge {

// Who hears what a server says that belongs to none of its requests alone. `calls` are those that
// it has not answered.
class Audience {
 public:
  virtual ~Audience() = default;
  virtual void tell(const Message& notification, PendingCalls& calls) = 0;
  // A request of the server to its client. False when there is nobody to ask.
  virtual bool ask(const Message& request, PendingCalls& calls) = 0;
  // The process has ended; its requests are refused already.
  virtual void lost() = 0;
};

// How the conversation with a server begins.
enum class Opening {
  Discover,    // the bridge asks for a modern version, and settles for a handshake
  Initialize,  // the bridge does the handshake
  Relayed,     // a client does it, by requests like any other; the server is not started again
};

struct BackendOptions {
  Opening opening = Opening::Discover;
  std::size_t most_calls = 1024;       // unanswered at one time
  std::size_t most_calls_of_one = 64;  // of one session
  Duration call_timeout = std::chrono::minutes(5);
  // A server that is silent for so long may be a legacy one, or slow to start: both are tried.
  Duration discover_patience = std::chrono::seconds(10);
  Duration handshake_timeout = std::chrono::minutes(2);
  Duration check_timeout = std::chrono::seconds(2);
  Backoff::Options restart;
};

// Used on the loop only.
class Backend {
 public:
  using Launch = std::function<StatusOr<std::unique_ptr<ChildProcess>>(ChildEvents events)>;

  Backend(BackendOptions options, Launch launch, Clock& clock, Audience& audience);
  Backend(const Backend&) = delete;
  Backend& operator=(const Backend&) = delete;

  // NotFound, and nothing is tried again, when there is no such program.
  Status start();
  // Deadlines and restarts: to be called several times a second.
  void tick();
  // Asks the process to end. It is not started again.
  void stop();
  bool running() const { return child_ != nullptr; }

  // Calls `done` when the handshake is over: at once when it is, or when there is no process.
  void when_open(std::function<void()> done);
  // Set while the server can be asked; never with Opening::Relayed.
  const std::optional<ServerFacts>& facts() const { return facts_; }
  // Why it cannot be asked.
  const std::string& trouble() const { return trouble_; }
  // Whether the server answers a request now.
  void check(std::function<void(bool answers)> done);

  // Has the server answer `request` to `exchange`, which is refused when it cannot.
  void call(Owner owner, Message request, std::shared_ptr<Exchange> exchange);
  // A message that needs no answer, as it is.
  void relay(Message message);
  // The owner gives up the request that it knows by the id that `notification` names.
  void cancel(Owner owner, const Message& notification);
  // Nobody waits any more for what the exchange, or anything of the owner, was about.
  void abandon(const Exchange& exchange);
  void abandon(Owner owner);
  // Ends the requests that are meant to last.
  void end_subscriptions();

  const PendingCalls& calls() const { return calls_; }

 private:
  bool write(std::string line);
  void ask(std::string_view method, std::string_view params, Duration timeout, OwnExchange::Done done);
  void launched();
  void discover();
  void initialize();
  void opened_by(const Message* answer, std::optional<ServerFacts> facts);
  void open(ServerFacts facts);
  void failed(const Message* answer);
  void said(std::string line);
  void answered(Message answer);
  void asked(const Message& request);
  void ended(const std::string& how);
  void expire();
  void give_up(std::uint64_t number, std::string_view why);
  void wake();

  const BackendOptions options_;
  const Launch launch_;
  Clock& clock_;
  Audience& audience_;
  Backoff backoff_;
  std::unique_ptr<ChildProcess> child_;
  PendingCalls calls_;
  std::optional<ServerFacts> facts_;
  std::string trouble_ = "the server is starting";
  std::string failure_;  // why a process that still runs is given up
  std::optional<TimePoint> restart_at_;
  bool opening_ = false;
  std::optional<TimePoint> initialize_at_;  // when discovery has been waited for long enough
  int attempts_ = 0;                        // at opening that have no answer yet
  bool stopped_ = false;
  std::vector<std::function<void()>> waiting_;  // for the end of the handshake
};

}  // namespace toolhive::bridge
