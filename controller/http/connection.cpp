#include "controller/http/connection.hpp"

#include "controller/http/core.hpp"
#include "controller/http/endpoint.hpp"
#include "controller/http/request_context.hpp"
#include "controller/http/target.hpp"

#include <utility>

namespace toolhive::http {
namespace {

constexpr unsigned kRequestsPerTurn = 64;  // pipelined ones, before other connections get their turn
constexpr std::size_t kLingerBytes = 1024 * 1024;
constexpr std::chrono::seconds kLinger{2};
constexpr std::string_view kRetry = "Retry-After: 1\r\n";

}  // namespace

Connection::Connection(std::shared_ptr<Core> core, std::shared_ptr<Endpoint> endpoint, Worker& worker,
                       std::unique_ptr<Stream> stream, std::string remote_address)
    : core_(std::move(core)),
      endpoint_(std::move(endpoint)),
      worker_(worker),
      stream_(std::move(stream)),
      remote_address_(std::move(remote_address)) {
  endpoint_->connections.enter();
  counted_ = true;
}

Connection::~Connection() = default;

const Timeouts& Connection::timeouts() const {
  return core_->options().timeouts;
}

void Connection::start(bool refused) {
  position_ = worker_.add(shared_from_this());
  refused_ = refused;
  if (refused) {
    reject(503, "The server has as many connections as it accepts; try again later.", kRetry);
    return run();
  }
  if (!endpoint_->tls()) return on_handshake({});
  set_deadline(timeouts().handshake);
  stream_->handshake(shared_from_this());
}

void Connection::on_handshake(Error error) {
  if (state_ == State::Closed) return;
  if (error || endpoint_->draining) return close();
  next_request();
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
  switch (state_) {
    case State::Idle:
      if (reading_) return false;
      if (endpoint_->draining) {
        linger();
        return false;
      }
      if (!input_.empty()) {
        state_ = State::Header;
        set_deadline(timeouts().header);
        return true;
      }
      input_.shrink();
      set_deadline(timeouts().idle);
      read();
      return false;
    case State::Header:
    case State::Body:
      return !reading_ && !writing_ && parse();
    case State::Writing:
      if (!std::exchange(pump_, false)) return false;
      pump_body();
      return true;
    default:
      return false;
  }
}

void Connection::next_request() {
  state_ = State::Idle;
  parser_.emplace(core_->options().limits);
}

void Connection::read() {
  reading_ = true;
  stream_->read(input_.prepare(), shared_from_this());
}

void Connection::on_read(Error error, std::size_t count) {
  reading_ = false;
  switch (state_) {
    case State::Idle:
    case State::Header:
    case State::Body:
      break;
    case State::Lingering:
      lingered_ += count;
      if (error || lingered_ > kLingerBytes) return close();
      if (shut_down_) on_shutdown();
      return;
    default:
      return;  // an error is being written, and nothing that comes now changes it
  }
  if (error) return close();
  input_.commit(count);
  if (state_ == State::Idle) {
    state_ = State::Header;
    set_deadline(timeouts().header);
  }
  run();
}

bool Connection::parse() {
  std::string_view bytes = input_.bytes();
  const RequestParser::Status status = parser_->feed(bytes);
  input_.keep(bytes.size());
  if (status == RequestParser::Status::Failed)
    return reject(parser_->error_status(), parser_->error_detail());
  if (status == RequestParser::Status::HeaderDone) return on_header();
  if (!keep_body_bytes()) return false;
  if (status == RequestParser::Status::NeedMore) {
    read();  // within the deadline of the header or of the body
    return false;
  }
  served_ = true;
  keep_alive_ = parser_->request().keep_alive;
  dispatch();
  return true;
}

// Decides on the request before any of its body is read.
bool Connection::on_header() {
  started_ = Clock::now();
  state_ = State::Body;
  ParsedRequest& request = parser_->request();
  if (request.method == "TRACE" || request.method == "CONNECT") {
    return reject(405, "This method is not served.", kAllow);
  }
  Target target;
  if (const std::string_view wrong = check_target(request.method, request.target, target); !wrong.empty()) {
    return reject(400, wrong);
  }
  if (!target.authority.empty()) {
    // RFC 9112, section 3.2.2: the absolute form's authority replaces the Host field.
    request.headers[web::http::header_names::host] = std::string(target.authority);
    request.target = std::string(target.origin);
  }
  if (!parser_->expects_body()) return true;
  const Options& options = core_->options();
  const std::uint64_t limit =
      options.body_limit ? options.body_limit(request.method, request.target) : options.limits.body_bytes;
  if (!parser_->set_body_limit(limit)) return reject(parser_->error_status(), parser_->error_detail());
  set_deadline(timeouts().body);
  if (request.expects_continue && input_.empty()) {
    head_ = "HTTP/1.1 100 Continue\r\n\r\n";
    write({}, AfterWrite::ReadBody);
  }
  return true;
}

bool Connection::keep_body_bytes() {
  const std::uint64_t size = parser_->body_size();
  if (size <= buffered_) return true;
  if (!core_->reserve_body(size - buffered_)) {
    return reject(503, "The server holds as many request bodies as it can; try again later.", kRetry);
  }
  buffered_ = size;
  return true;
}

void Connection::check_deadline(Clock::time_point now) {
  if (now < deadline_) return;
  if (state_ != State::Idle && state_ != State::Lingering) ++core_->timeouts;
  const bool reading_request = state_ == State::Header || state_ == State::Body;
  if (!reading_request || writing_) return close();
  reject(408,
         state_ == State::Header ? "The header did not arrive in time." : "The body did not arrive in time.");
  run();
}

void Connection::drain() {
  if (state_ == State::Handshaking || state_ == State::Idle) close();
}

void Connection::abort() {
  close();
}

// The answer is written and the connection ends. What the client still sends is read and thrown away: closing
// the socket over unread bytes would reset the connection, and could take the answer from the client.
void Connection::linger() {
  const bool expected =
      parser_ && !parser_->request().keep_alive && input_.empty() && !parser_->error_status();
  if (expected && served_ && stream_->gathers()) return close();
  state_ = State::Lingering;
  set_deadline(kLinger);
  stream_->shutdown(shared_from_this());
  leave_endpoint();  // all is with the kernel: no reason for a drain to wait for a client that does not hang up
}

void Connection::on_shutdown() {
  if (state_ != State::Lingering) return;
  shut_down_ = true;
  if (reading_) return;
  reading_ = true;
  input_.clear();
  stream_->read_raw(input_.prepare(), shared_from_this());
}

void Connection::close() {
  if (state_ == State::Closed) return;
  const std::shared_ptr<Connection> self = shared_from_this();
  const bool unanswered = state_ == State::Handling || state_ == State::Writing;
  state_ = State::Closed;
  no_deadline();
  stream_->close();
  worker_.remove(position_);
  core_->connection_closed(remote_address_, refused_);
  if (unanswered) {
    log(false);
    retire(false);
  }
  leave_endpoint();
}

void Connection::leave_endpoint() {
  if (std::exchange(counted_, false)) endpoint_->connections.leave();
}

// The request is over: gives back what it held and tells the handler.
void Connection::retire(bool complete) {
  if (std::exchange(dispatched_, false)) --core_->in_flight;
  core_->release_body(std::exchange(buffered_, 0));
  if (body_waits_) {
    body_->abandon();
  } else if (body_) {
    if (!complete) body_->abandon();
    body_.reset();
  }
  reply_body_.reset();
  // Kept until the end, as one of them owns the context; what waits for the reply to be written may run in here.
  const auto response = std::exchange(response_, std::nullopt);
  const auto request = std::exchange(request_, std::nullopt);
  if (RequestContext* context = std::exchange(context_, nullptr)) context->finish(complete);
}

void Connection::log(bool complete) const {
  if (!core_->options().access_log) return;
  AccessRecord record;
  record.remote_address = remote_address_;
  if (parser_) {
    record.method = parser_->request().method;
    record.target = parser_->request().target;
  }
  record.status = status_;
  record.body_bytes = body_written_;
  record.duration = Clock::now() - started_;
  record.handled = handled_;
  record.complete = complete;
  core_->options().access_log(record);
}

}  // namespace toolhive::http
