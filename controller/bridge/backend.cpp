#include "controller/bridge/backend.hpp"

#include <limits>
#include <utility>

#include "controller/base/log.hpp"
#include "controller/bridge/message_text.hpp"

namespace toolhive::bridge {

namespace {

// The bridge's own requests are no client's.
constexpr Owner kBridge = std::numeric_limits<Owner>::max();

std::string cancelled(std::uint64_t number, std::string_view why) {
  return notification_text("notifications/cancelled",
                           "{\"requestId\":" + std::to_string(number) + ",\"reason\":" + quoted(why) + "}");
}

// 2026-07-28, basic/patterns/subscriptions, "Graceful Closure".
std::string end_of_subscription(std::string_view id) {
  return R"({"resultType":"complete","_meta":{"io.modelcontextprotocol/subscriptionId":)" + std::string(id) +
         "}}";
}

}  // namespace

Backend::Backend(BackendOptions options, Launch launch, Clock& clock, Audience& audience)
    : options_(options),
      launch_(std::move(launch)),
      clock_(clock),
      audience_(audience),
      backoff_(clock, options.restart, 0) {}

Status Backend::start() {
  StatusOr<std::unique_ptr<ChildProcess>> child =
      launch_({.line = [this](std::string line) { said(std::move(line)); },
               .ended = [this](const std::string& how) { ended(how); }});
  if (!child.ok()) {
    failure_ = child.status().message();
    ended({});
    return child.status();
  }
  child_ = *std::move(child);
  launched();
  return {};
}

void Backend::launched() {
  opening_ = options_.opening != Opening::Relayed;
  attempts_ = 0;
  if (options_.opening == Opening::Discover) discover();
  if (options_.opening == Opening::Initialize) initialize();
}

void Backend::discover() {
  ++attempts_;
  initialize_at_ = clock_.now() + options_.discover_patience;
  ask("server/discover", discover_params(), options_.handshake_timeout, [this](const Message* answer) {
    std::optional<ServerFacts> facts = answer ? ServerFacts::of_discover(*answer) : std::nullopt;
    if (!facts && opening_ && initialize_at_) initialize();
    opened_by(answer, std::move(facts));
  });
}

void Backend::initialize() {
  ++attempts_;
  initialize_at_.reset();
  ask("initialize", initialize_params(), options_.handshake_timeout, [this](const Message* answer) {
    std::optional<ServerFacts> facts = answer ? ServerFacts::of_initialize(*answer) : std::nullopt;
    if (facts && opening_) write(notification_text("notifications/initialized"));
    opened_by(answer, std::move(facts));
  });
}

// The first attempt that succeeds counts, and the last one that fails.
void Backend::opened_by(const Message* answer, std::optional<ServerFacts> facts) {
  --attempts_;
  if (!child_ || !opening_) return;
  if (facts) return open(*std::move(facts));
  if (attempts_ == 0) failed(answer);
}

void Backend::open(ServerFacts facts) {
  log(LogLevel::Info, "the server is ready", {{"era", facts.modern() ? "modern" : "legacy"}});
  facts_ = std::move(facts);
  opening_ = false;
  initialize_at_.reset();
  wake();
}

void Backend::failed(const Message* answer) {
  failure_ = answer ? "the server refuses a handshake: " + answer->text().substr(0, 512)
                    : "the server does not answer the handshake";
  child_->stop();
}

void Backend::wake() {
  for (const auto& done : std::exchange(waiting_, {})) done();
}

void Backend::when_open(std::function<void()> done) {
  if (!opening_ || waiting_.size() >= options_.most_calls) return done();
  waiting_.push_back(std::move(done));
}

void Backend::stop() {
  stopped_ = true;
  restart_at_.reset();
  if (child_) child_->stop();
}

bool Backend::write(std::string line) {
  return child_ && child_->write(std::move(line));
}

void Backend::ask(std::string_view method, std::string_view params, Duration timeout,
                  OwnExchange::Done done) {
  Message request = own_message(request_text("0", method, params));
  auto exchange = std::make_shared<OwnExchange>(std::move(done));
  const std::uint64_t number = calls_.add(
      {.owner = kBridge, .exchange = std::move(exchange), .deadline = clock_.now() + timeout}, request);
  if (write(std::move(request).line())) return;
  if (const auto call = calls_.take(number)) call->exchange->refuse(0, 0, {}, {});
}

void Backend::check(std::function<void(bool answers)> done) {
  if (!facts_) return done(false);
  const bool modern = facts_->modern();
  ask(modern ? "server/discover" : "ping", modern ? discover_params() : std::string(), options_.check_timeout,
      [done = std::move(done)](const Message* answer) { done(answer && answer->has(Part::Result)); });
}

void Backend::call(Owner owner, Message request, std::shared_ptr<Exchange> exchange) {
  if (!child_) return exchange->refuse(503, kServerError, "The server does not run: " + trouble_);
  if (owner != kNobody && calls_.size_of(owner) >= options_.most_calls_of_one)
    return exchange->refuse(429, kServerError, "The session has as many unanswered requests as it may have.");
  if (calls_.size() >= options_.most_calls)
    return exchange->refuse(503, kServerError, "There are as many unanswered requests as the bridge takes.");
  const bool lasts = request.string(Part::Method) == "subscriptions/listen";
  const TimePoint deadline = lasts ? kNever : clock_.now() + options_.call_timeout;
  const std::uint64_t number =
      calls_.add({.owner = owner, .exchange = std::move(exchange), .deadline = deadline}, request);
  if (write(std::move(request).line())) return;
  if (const auto call = calls_.take(number))
    call->exchange->refuse(503, kServerError, "The server does not read its requests; try again later.");
}

void Backend::relay(Message message) {
  if (!write(std::move(message).line()))
    log(LogLevel::Warn, "a message of a client was dropped: the server does not read");
}

void Backend::cancel(Owner owner, const Message& notification) {
  const auto number = calls_.number_of(owner, notification.raw(Part::RequestId));
  if (number) give_up(*number, "the client cancelled the request");
}

void Backend::abandon(const Exchange& exchange) {
  if (const auto number = calls_.number_of(exchange)) give_up(*number, "the client went away");
}

void Backend::abandon(Owner owner) {
  for (const std::uint64_t number : calls_.all_of(owner)) give_up(number, "the session has ended");
}

void Backend::end_subscriptions() {
  for (const std::uint64_t number : calls_.lasting()) {
    const std::optional<Call> call = calls_.take(number);
    write(cancelled(number, "the bridge stops"));
    call->exchange->answer(own_message(result_text(call->id, end_of_subscription(call->id))));
  }
}

void Backend::give_up(std::uint64_t number, std::string_view why) {
  const std::optional<Call> call = calls_.take(number);
  if (!call) return;
  write(cancelled(number, why));
  call->exchange->refuse(504, kServerError, "There is no answer: " + std::string(why) + ".");
}

void Backend::tick() {
  if (restart_at_ && clock_.now() >= *restart_at_) {
    restart_at_.reset();
    // A failure is in the log, and the next try is set.
    (void)start();
  }
  if (initialize_at_ && clock_.now() >= *initialize_at_) initialize();
  expire();
  calls_.for_each([now = clock_.now()](Call& call) { call.exchange->tick(now); });
}

void Backend::expire() {
  for (const std::uint64_t number : calls_.expired(clock_.now())) give_up(number, "the server took too long");
}

void Backend::said(std::string line) {
  StatusOr<Message> message = Message::parse(std::move(line));
  if (!message.ok()) {
    log(LogLevel::Warn, "the server said something that is no message",
        {{"error", message.status().message()}});
    return;
  }
  switch (message->kind()) {
    case Message::Kind::Response:
      return answered(*std::move(message));
    case Message::Kind::Request:
      return asked(*message);
    case Message::Kind::Notification:
      break;
  }
  if (Call* const call = calls_.find(*message)) return call->exchange->send(message->text());
  audience_.tell(*message, calls_);
}

void Backend::answered(Message answer) {
  // Answers to what was cancelled come late, and are nobody's.
  if (const std::optional<Call> call = calls_.take(answer)) call->exchange->answer(answer);
}

void Backend::asked(const Message& request) {
  const std::string_view id = request.raw(Part::Id);
  if (request.string(Part::Method) == "ping") {
    write(result_text(id, "{}"));
  } else if (!audience_.ask(request, calls_)) {
    write(error_text(id, kMethodNotFound, "There is no client that could be asked."));
  }
}

void Backend::ended(const std::string& how) {
  child_.reset();
  facts_.reset();
  opening_ = false;
  initialize_at_.reset();
  const std::string failure = std::exchange(failure_, {});
  trouble_ = failure.empty() ? "the server " + how : failure;
  if (!stopped_) log(LogLevel::Error, "the server does not run", {{"error", trouble_}});
  for (const std::uint64_t number : calls_.all())
    if (const auto call = calls_.take(number))
      call->exchange->refuse(502, kInternalError, "There is no answer: " + trouble_ + ".");
  if (!stopped_ && options_.opening != Opening::Relayed) restart_at_ = clock_.now() + backoff_.next();
  wake();
  audience_.lost();
}

}  // namespace toolhive::bridge
