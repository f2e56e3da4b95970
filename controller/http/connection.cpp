#include "controller/http/connection.hpp"

#include "controller/http/core.hpp"
#include "controller/http/endpoint.hpp"
#include "controller/http/handler.hpp"
#include "controller/http/target.hpp"

#include <string_view>
#include <utility>

namespace toolhive::http {
namespace {

// pipelined ones, before other connections get their turn
constexpr unsigned kRequestsPerTurn = 64;
constexpr std::chrono::seconds kLinger{2};
constexpr const char* kCertificateNeeded =
    "A client certificate is needed here, from an authority that this server trusts; connect with one.";

}  // namespace

Connection::Connection(std::shared_ptr<Core> core, std::shared_ptr<Endpoint> endpoint, Worker& worker,
                       std::unique_ptr<Stream> stream, std::string remote_address)
    : core_(std::move(core)),
      endpoint_(std::move(endpoint)),
      worker_(worker),
      stream_(std::move(stream)),
      remote_address_(std::move(remote_address)),
      open_(endpoint_->connections),
      reader_(core_->options(), core_->body_budget) {}

Connection::~Connection() = default;

const Timeouts& Connection::timeouts() const {
  return core_->options().timeouts;
}

void Connection::start() {
  position_ = worker_.add(shared_from_this());
  if (!endpoint_->tls()) return on_handshake({});
  set_deadline(timeouts().handshake);
  stream_->handshake(shared_from_this());
}

void Connection::turn_away() {
  position_ = worker_.add(shared_from_this());
  turned_away_ = true;
  started_ = Clock::now();
  begin_refusal({503, "The server has as many connections as it accepts; try again later.", kRetryAfterLine},
                false);
  run();
}

void Connection::on_handshake(Error error) {
  if (state_ == State::Closed) return;
  if (error || endpoint_->draining) return close();
  state_ = State::Idle;
  set_deadline(timeouts().header);
  read();
}

void Connection::run() {
  if (running_) return;  // further up this stack, where it goes on
  const std::shared_ptr<Connection> self = shared_from_this();
  running_ = true;
  for (unsigned turns = 0; step();) {
    if (state_ == State::Idle && ++turns == kRequestsPerTurn) {
      worker_.post([self] { self->run(); });
      break;
    }
  }
  running_ = false;
}

// Does one thing; false when there is nothing to do but wait.
bool Connection::step() {
  if (reading_ || writing_) return false;
  switch (state_) {
    case State::Idle:
      return step_idle();
    case State::Header:
    case State::Body:
      return step_reading();
    default:
      return false;
  }
}

bool Connection::step_idle() {
  if (endpoint_->draining) {
    hang_up(reader_.empty());
    return false;
  }
  if (!reader_.empty()) {
    begin_header();
    return true;
  }
  reader_.shrink();
  set_deadline(timeouts().idle);
  read();
  return false;
}

bool Connection::step_reading() {
  switch (reader_.parse()) {
    case RequestReader::Step::NeedMore:
      read();  // within the deadline of the header or of the body
      return false;
    case RequestReader::Step::HeaderDone:
      begin_body();
      return true;
    case RequestReader::Step::Complete:
      dispatch();
      return true;
    case RequestReader::Step::Refused:
      if (state_ == State::Header) started_ = Clock::now();
      begin_refusal(reader_.refusal(), false);
      return true;
  }
  return false;
}

void Connection::read() {
  reading_ = true;
  stream_->read(reader_.prepare(), shared_from_this());
}

void Connection::on_read(Error error, std::size_t count) {
  reading_ = false;
  switch (state_) {
    case State::Idle:
    case State::Header:
    case State::Body:
      break;
    case State::Closing:
    case State::Lingering:
      if (error || !reader_.discard(count)) return close();
      if (state_ == State::Lingering) discard();
      return;
    case State::Writing:
      if (!watching_) return;
      if (error || !reader_.discard(count)) return close();
      return discard();
    default:
      return;  // an error is being written, and nothing that comes now changes it
  }
  if (error) return close();
  reader_.commit(count);
  if (state_ == State::Idle) begin_header();
  run();
}

void Connection::begin_header() {
  state_ = State::Header;
  set_deadline(timeouts().header);
}

void Connection::begin_body() {
  started_ = Clock::now();
  state_ = State::Body;
  const auto& without = core_->options().without_certificate;
  if (without && !stream_->has_trusted_client() && !without(reader_.request()))
    return begin_refusal({403, kCertificateNeeded}, false);
  if (!reader_.expects_body()) return;
  set_deadline(timeouts().body);
  if (!reader_.awaits_continue()) return;
  writer_.begin_continue();
  write();
}

void Connection::dispatch() {
  state_ = State::Handling;
  no_deadline();
  in_flight_ = Gauge::Entry(core_->in_flight);
  ++core_->requests;
  const std::string_view target = reader_.request().target;
  if (target == "*") return begin_refusal({204, {}, kAllowLine}, reader_.keep_alive());
  const std::string_view path = target.substr(0, target.find('?'));
  const bool plain = path.find('%') == std::string_view::npos;
  auto match = plain ? endpoint_->router.enter(path) : endpoint_->router.enter(routing_path(path));
  if (match.call.route() == nullptr) {
    return begin_refusal({404, "Nothing is served under this path."}, reader_.keep_alive());
  }
  call_handler(std::move(match.call), std::move(match.pending));
}

void Connection::call_handler(RouteEntry call, RouteEntry pending) {
  handled_ = true;
  try {
    call.route()->handler->handle(reader_.take(remote_address_),
                                  Responder(shared_from_this(), std::move(pending)));
  } catch (...) {
    // What a handler throws is its own business. The responder, which went with it, has answered.
  }
}

void Connection::respond(Reply&& reply, Completion&& completion) {
  if (in_run_here()) return begin_reply(std::move(reply), std::move(completion));
  worker_.post(
      [self = shared_from_this(), reply = std::move(reply), completion = std::move(completion)]() mutable {
        self->begin_reply(std::move(reply), std::move(completion));
        self->run();
      });
}

void Connection::refuse(Refusal refusal, Completion completion) {
  if (in_run_here()) return refuse_handled(refusal, std::move(completion));
  worker_.post([self = shared_from_this(), refusal = std::move(refusal),
                completion = std::move(completion)]() mutable {
    self->refuse_handled(refusal, std::move(completion));
    self->run();
  });
}

void Connection::refuse_handled(const Refusal& refusal, Completion&& completion) {
  if (state_ != State::Handling) return;  // the connection has ended meanwhile
  completion_.emplace(std::move(completion));
  begin_refusal(refusal, reader_.keep_alive());
}

void Connection::begin_reply(Reply&& reply, Completion&& completion) {
  if (state_ != State::Handling) return;  // the connection has ended meanwhile
  completion_.emplace(std::move(completion));
  watching_ = reply.ends_with_client;
  writer_.begin(std::move(reply), facts(reader_.keep_alive() && !watching_));
  begin_writing();
}

void Connection::begin_refusal(const Refusal& refusal, bool keep_alive) {
  handled_ = false;
  ErrorBody body;
  if (refusal.status >= 400) {
    ++core_->transport_errors;
    body = core_->error_body(refusal.status, refusal.detail);
  }
  writer_.begin(refusal, body, facts(keep_alive));
  begin_writing();
}

void Connection::begin_writing() {
  state_ = State::Writing;
  set_deadline(timeouts().write);
  write();
}

ResponseFacts Connection::facts(bool keep_alive) const {
  const Request& request = reader_.request();
  return {.version = request.version,
          .head = request.method == "HEAD",
          .keep_alive = keep_alive && !endpoint_->draining,
          .date_line = worker_.date_line()};
}

void Connection::write() {
  switch (writer_.write(*stream_)) {
    case ResponseWriter::Step::Complete:
      return state_ == State::Writing ? finish_response() : void();
    case ResponseWriter::Step::Blocked:
      if (state_ == State::Writing && writer_.take_progress()) set_deadline(timeouts().write);
      writing_ = true;
      return stream_->write(writer_.output(), shared_from_this());
    case ResponseWriter::Step::Waiting:
      return wait_for_body();
    case ResponseWriter::Step::Broken:
      return close();
  }
}

void Connection::on_write(Error error, std::size_t count) {
  writing_ = false;
  if (state_ == State::Closed) return;
  if (error) return close();
  writer_.written(count);
  write();
  run();
}

// The producer sets the pace, however long it takes.
void Connection::wait_for_body() {
  no_deadline();
  if (watching_ && !reading_) discard();
  writer_.wait([self = shared_from_this()] {
    self->worker_.post([self] {
      if (self->state_ != State::Writing) return;
      self->set_deadline(self->timeouts().write);
      self->write();
      self->run();
    });
  });
}

void Connection::finish_response() {
  log(true);
  retire(true);
  if (writer_.closes()) return hang_up(reader_.was_last());
  reader_.next();
  state_ = State::Idle;
}

void Connection::check_deadline(Clock::time_point now) {
  if (now < deadline_) return;
  const bool answered = state_ == State::Idle || state_ == State::Closing || state_ == State::Lingering;
  if (!answered) ++core_->timeouts;
  const bool reading_request = state_ == State::Header || state_ == State::Body;
  if (!reading_request || writing_) return close();
  if (state_ == State::Header) started_ = now;
  const bool header = state_ == State::Header;
  begin_refusal({408, header ? "The header did not arrive in time." : "The body did not arrive in time.", {}},
                false);
  run();
}

void Connection::drain() {
  if (state_ == State::Handshaking || state_ == State::Idle) close();
}

void Connection::abort() {
  close();
}

// What the client still sends is read and thrown away: closing the socket over unread bytes would
// reset the connection, and could take the answer from the client.
void Connection::hang_up(bool heard_all) {
  state_ = State::Closing;
  if (heard_all && stream_->gathers()) return close();
  set_deadline(kLinger);
  stream_->shutdown(shared_from_this());
  // all is with the kernel: no reason for a drain to wait for a client that does not hang up
  open_.leave();
}

void Connection::on_shutdown() {
  if (state_ != State::Closing) return;
  state_ = State::Lingering;
  if (!reading_) discard();
}

void Connection::discard() {
  reading_ = true;
  stream_->read_raw(reader_.prepare_discard(), shared_from_this());
}

void Connection::close() {
  if (state_ == State::Closed) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  const bool unanswered = state_ == State::Handling || state_ == State::Writing;
  state_ = State::Closed;
  no_deadline();
  stream_->close();
  worker_.remove(position_);
  core_->connection_closed(remote_address_, turned_away_);
  if (unanswered) log(false);
  retire(false);
  open_.leave();
}

void Connection::retire(bool complete) {
  in_flight_.leave();
  reader_.release_body();
  writer_.finish(complete);
  // Last, as what waits for the end of the response runs in here.
  if (completion_) completion_->finish(complete);
  completion_.reset();
}

void Connection::log(bool complete) const {
  if (!core_->options().access_log) return;
  AccessRecord record;
  record.remote_address = remote_address_;
  record.method = reader_.request().method;
  record.target = reader_.request().target;
  record.status = writer_.status();
  record.body_bytes = writer_.body_written();
  record.duration = Clock::now() - started_;
  record.handled = handled_;
  record.complete = complete;
  core_->options().access_log(record);
}

}  // namespace toolhive::http
