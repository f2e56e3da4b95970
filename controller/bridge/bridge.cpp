#include "controller/bridge/bridge.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "controller/bridge/exchange_filter.hpp"
#include "controller/bridge/message_text.hpp"
#include "controller/bridge/server_facts.hpp"
#include "controller/mcp/message/protocol.hpp"

namespace toolhive::bridge {

namespace {

// Results that say how long they may be kept (2026-07-28, server/utilities/caching).
bool is_cacheable(const std::string& method) {
  constexpr std::array<std::string_view, 5> kMethods = {"tools/list", "prompts/list", "resources/list",
                                                        "resources/templates/list", "resources/read"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

// Methods of legacy versions that modern ones do without, and what no legacy server has.
bool is_no_more(const std::string& method) {
  constexpr std::array<std::string_view, 5> kMethods = {"ping", "logging/setLevel", "resources/subscribe",
                                                        "resources/unsubscribe", "subscriptions/listen"};
  return std::find(kMethods.begin(), kMethods.end(), method) != kMethods.end();
}

// What a modern version asks of each result, and a legacy server does not say.
void complete_result(Message& answer, bool cacheable) {
  if (!answer.has(Part::Result)) return;
  if (!answer.has(Part::ResultType)) answer.add_member(Part::Result, R"("resultType":"complete")");
  if (!cacheable) return;
  if (!answer.has(Part::Ttl)) answer.add_member(Part::Result, R"("ttlMs":0)");
  if (!answer.has(Part::CacheScope)) answer.add_member(Part::Result, R"("cacheScope":"private")");
}

void refuse_version(Exchange& exchange, std::string_view requested) {
  exchange.refuse(400, mcp::kUnsupportedVersion, "Unsupported protocol version",
                  "{\"supported\":" + modern_versions() + ",\"requested\":" + quoted(requested) + "}");
}

void refuse_method(Exchange& exchange) {
  exchange.refuse(404, kMethodNotFound, "The server does not have this method.");
}

void refuse_session(Exchange& exchange) {
  exchange.refuse(404, kSessionNotFound, "There is no such session; begin a new one with initialize.");
}

}  // namespace

Bridge::Bridge(BridgeOptions options, Backend::Launch launch, Clock& clock)
    : options_(options),
      launch_(std::move(launch)),
      clock_(clock),
      sessions_(options.sessions, clock),
      main_(options_for(Opening::Discover), launch_, clock, *this) {}

BackendOptions Bridge::options_for(Opening opening) const {
  BackendOptions options = options_.backend;
  options.opening = opening;
  return options;
}

Status Bridge::start() {
  return main_.start();
}

void Bridge::tick() {
  main_.tick();
  if (legacy_) legacy_->tick();
  sessions_.tick();
}

void Bridge::drain() {
  sessions_.for_each([](Session& session) { session.stop_listening(); });
  main_.end_subscriptions();
}

void Bridge::stop() {
  sessions_.end_all();
  main_.stop();
  if (legacy_) legacy_->stop();
}

bool Bridge::stopped() const {
  return !main_.running() && (!legacy_ || !legacy_->running()) && sessions_.size() == 0;
}

void Bridge::modern(Message message, std::shared_ptr<Exchange> exchange) {
  if (message.kind() == Message::Kind::Response)
    return exchange->refuse(400, kInvalidRequest, "Clients of this version send no responses.");
  // There is none that a server would have to hear: a request is cancelled by closing its stream.
  if (message.kind() == Message::Kind::Notification) return exchange->accept();
  const std::string version = message.string(Part::MetaVersion);
  if (!is_modern_version(version)) return refuse_version(*exchange, version);
  main_.when_open([this, message = std::move(message), exchange = std::move(exchange)]() mutable {
    modern_request(std::move(message), std::move(exchange));
  });
}

void Bridge::modern_request(Message request, std::shared_ptr<Exchange> exchange) {
  if (!main_.facts())
    return exchange->refuse(503, kServerError, "The server does not run: " + main_.trouble() + ".");
  // A process that got this would settle for another era, for all clients.
  if (request.string(Part::Method) == "initialize") return refuse_method(*exchange);
  if (main_.facts()->modern()) return main_.call(kNobody, std::move(request), std::move(exchange));
  ask_legacy_server(std::move(request), std::move(exchange));
}

void Bridge::ask_legacy_server(Message request, std::shared_ptr<Exchange> exchange) {
  const std::string method = request.string(Part::Method);
  if (method == "server/discover")
    return exchange->answer(own_message(main_.facts()->discover_answer(request.raw(Part::Id))));
  if (is_no_more(method)) return refuse_method(*exchange);
  auto completed = std::make_shared<ExchangeFilter>(
      std::move(exchange),
      [cacheable = is_cacheable(method)](Message& answer) { complete_result(answer, cacheable); });
  main_.call(kNobody, std::move(request), std::move(completed));
}

void Bridge::initialize(Message request, std::shared_ptr<Exchange> exchange) {
  if (options_.process_per_session) return initialize_own(std::move(request), std::move(exchange));
  main_.when_open([this, request = std::move(request), exchange = std::move(exchange)]() mutable {
    shared_for_sessions().when_open([this, request = std::move(request), exchange = std::move(exchange)] {
      initialize_shared(request, *exchange);
    });
  });
}

Backend& Bridge::shared_for_sessions() {
  if (!main_.facts() || !main_.facts()->modern()) return legacy_ ? *legacy_ : main_;
  if (legacy_) return *legacy_;
  legacy_ = std::make_unique<Backend>(options_for(Opening::Initialize), launch_, clock_, *this);
  // A failure is in the log, and the next try is set.
  (void)legacy_->start();
  return *legacy_;
}

void Bridge::initialize_shared(const Message& request, Exchange& exchange) {
  Backend& backend = shared_for_sessions();
  if (!backend.facts())
    return exchange.refuse(503, kServerError, "The server does not run: " + backend.trouble() + ".");
  const std::shared_ptr<Session> session = sessions_.make();
  if (!session) return exchange.refuse(503, kServerError, "There are as many sessions as the bridge takes.");
  session->use(backend);
  exchange.open_session(session->id());
  exchange.answer(
      own_message(backend.facts()->initialize_answer(request.raw(Part::Id), request.string(Part::Version))));
}

void Bridge::initialize_own(Message request, std::shared_ptr<Exchange> exchange) {
  const std::shared_ptr<Session> session = sessions_.make();
  if (!session) return exchange->refuse(503, kServerError, "There are as many sessions as the bridge takes.");
  session->use(std::make_unique<Backend>(options_for(Opening::Relayed), launch_, clock_, *session));
  if (const Status started = session->backend().start(); !started.ok())
    return exchange->refuse(503, kServerError, "The server does not run: " + started.message() + ".");
  // At once, as the answer may become a stream before it is there.
  exchange->open_session(session->id());
  auto opening =
      std::make_shared<ExchangeFilter>(std::move(exchange), [this, id = session->id()](Message& answer) {
        if (answer.has(Part::Error)) sessions_.end(id);
      });
  session->backend().call(session->owner(), std::move(request), std::move(opening));
}

void Bridge::legacy(const std::string& session_id, Message message, std::shared_ptr<Exchange> exchange) {
  const std::shared_ptr<Session> session = sessions_.find(session_id);
  if (!session) return refuse_session(*exchange);
  switch (message.kind()) {
    case Message::Kind::Request:
      return session->backend().call(session->owner(), std::move(message), std::move(exchange));
    case Message::Kind::Notification:
      notify(*session, std::move(message));
      break;
    case Message::Kind::Response:
      // A process that is shared asks nobody.
      if (session->has_own_process()) session->backend().relay(std::move(message));
      break;
  }
  exchange->accept();
}

// What one client tells is nothing that the other clients of a process have said.
void Bridge::notify(Session& session, Message message) {
  if (message.string(Part::Method) == "notifications/cancelled")
    return session.backend().cancel(session.owner(), message);
  if (session.has_own_process()) session.backend().relay(std::move(message));
}

void Bridge::listen(const std::string& session_id, std::shared_ptr<Exchange> stream) {
  const std::shared_ptr<Session> session = sessions_.find(session_id);
  if (!session) return refuse_session(*stream);
  session->listen(std::move(stream));
}

void Bridge::end(const std::string& session_id, Exchange& exchange) {
  if (!sessions_.end(session_id)) return refuse_session(exchange);
  exchange.accept();
}

void Bridge::gone(const std::string& session_id, const Exchange& exchange) {
  // Only modern versions take that for a cancellation (2026-07-28, basic/transports).
  if (session_id.empty()) return main_.abandon(exchange);
  if (const std::shared_ptr<Session> session = sessions_.find(session_id)) session->stop_listening(exchange);
}

void Bridge::check(std::function<void(Status)> done) {
  if (!main_.facts()) return done({Code::Unavailable, main_.trouble()});
  main_.check([done = std::move(done)](bool answers) {
    done(answers ? Status() : Status(Code::Unavailable, "the server does not answer"));
  });
}

void Bridge::tell(const Message& notification, PendingCalls& calls) {
  if (!is_change(notification)) {
    // Nothing says whose request it is about. One client must not read what another's led to.
    if (Call* const call = calls.only()) call->exchange->send(notification.text());
    return;
  }
  sessions_.for_each([&](Session& session) {
    if (&session.backend().calls() == &calls) session.send(notification.text());
  });
}

}  // namespace toolhive::bridge
