// The half of a connection that has a request handled and writes what comes of it.
#include "controller/http/connection.hpp"
#include "controller/http/core.hpp"
#include "controller/http/empty_body.hpp"
#include "controller/http/endpoint.hpp"
#include "controller/http/request_context.hpp"
#include "controller/http/target.hpp"

#include <cpprest/containerstream.h>
#include <cpprest/http_listener.h>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <exception>
#include <limits>
#include <utility>

namespace toolhive::http {
namespace {

constexpr std::size_t kWriteProgress = 64 * 1024;  // what Timeouts::write is about
constexpr std::size_t kBodyBlock = 256 * 1024;     // of a body whose length is not known, per chunk
constexpr std::size_t kTlsCopy = 8 * 1024;  // blocks up to this travel in one TLS record with their frame

}  // namespace

void Connection::dispatch() {
  state_ = State::Handling;
  no_deadline();
  dispatched_ = true;
  ++core_->in_flight;
  ++core_->requests;
  status_ = 0;
  body_written_ = 0;
  const std::string& target = parser_->request().target;
  if (target == "*") return answer(204, {}, kAllow);
  const std::string_view path = std::string_view(target).substr(0, target.find('?'));
  web::uri uri;
  try {
    uri = web::uri(target);
  } catch (const std::exception&) {
    return answer(400, "The request target is not a valid URI.");
  }
  const bool plain = path.find('%') == std::string_view::npos;
  const auto route = plain ? endpoint_->router.enter(path) : endpoint_->router.enter(routing_path(path));
  if (!route) return answer(404, "Nothing is served under this path.");
  call_handler(route, uri);
  route->calls.leave();
}

void Connection::call_handler(const std::shared_ptr<Route>& route, const web::uri& uri) {
  ParsedRequest& parsed = parser_->request();
  auto context = std::make_unique<RequestContext>(shared_from_this(), parsed.target);
  context->route = route;
  auto request = web::http::http_request::_create_request(std::move(context));
  request.set_method(parsed.method);
  request.set_request_uri(uri);
  request._set_listener_path(route->listener->uri().path());
  request.headers() = std::move(parsed.headers);
  const auto& impl = request._get_impl();
  impl->_set_http_version({1, static_cast<std::uint8_t>(parsed.version - 10)});
  impl->_set_remote_address(remote_address_);
  const std::size_t size = parsed.body.size();
  if (size == 0) {
    impl->set_instream(empty_body());
  } else {
    impl->set_instream(concurrency::streams::container_buffer<std::vector<unsigned char>>(
                           std::move(parsed.body), std::ios_base::in)
                           .create_istream());
  }
  // What _complete() comes to where it has no stream of its own to close, without a task for that.
  impl->_get_data_available().set(size);
  handled_ = true;
  try {
    route->listener->handle_request(request);
    return;
  } catch (...) {
    // What a handler throws is its own business; the client gets an answer unless it has one.
    const auto* asked = static_cast<const RequestContext*>(request._get_server_context());
    if (asked == nullptr || asked->replied()) return;
    handled_ = false;
  }
  try {
    web::http::http_response response(500);
    ErrorBody body = core_->error_body(500, "The server failed to handle the request.");
    response.set_body(std::move(body.body), body.content_type);
    request.reply(response);
    ++core_->transport_errors;
  } catch (const std::exception&) {
    // Another thread, to which the handler gave the request, has replied just now.
  }
}

void Connection::respond(web::http::http_response response) {
  if (in_run_here()) return begin_response(std::move(response));
  const bool posted = worker_.post([self = shared_from_this(), response] {
    self->begin_response(response);
    self->run();
  });
  if (!posted) static_cast<RequestContext*>(response._get_server_context())->finish(false);
}

void Connection::respond(const web::http::http_request& request, Reply reply) {
  if (in_run_here()) return begin_reply(request, std::move(reply));
  const bool posted = worker_.post([self = shared_from_this(), request, reply = std::move(reply)]() mutable {
    self->begin_reply(request, std::move(reply));
    self->run();
  });
  if (!posted) static_cast<RequestContext*>(request._get_server_context())->finish(false);
}

void Connection::dropped() {
  const auto give_answer = [self = shared_from_this()] {
    if (self->state_ != State::Handling) return;
    self->answer(500, "The server gave no answer to the request.");
    self->run();
  };
  if (in_run_here()) return give_answer();
  worker_.post(give_answer);
}

ResponseFacts Connection::facts() const {
  ResponseFacts facts;
  if (parser_) {
    facts.version = parser_->request().version;
    facts.head = parser_->request().method == "HEAD";
  }
  facts.keep_alive = keep_alive_ && !endpoint_->draining;
  facts.date_line = worker_.date_line();
  return facts;
}

bool Connection::begin_writing(RequestContext& context, unsigned status) {
  if (state_ != State::Handling) {  // the connection has ended meanwhile
    context.finish(false);
    return false;
  }
  context_ = &context;
  state_ = State::Writing;
  head_.clear();
  status_ = status;
  set_deadline(timeouts().write);
  return true;
}

void Connection::begin_reply(const web::http::http_request& request, Reply reply) {
  if (!begin_writing(*static_cast<RequestContext*>(request._get_server_context()), reply.status)) return;
  frame_ = write_head(head_, reply, facts());
  keep_alive_ = !frame_.close;
  request_ = request;
  reply_body_ = std::move(reply.body);
  const bool with_body = frame_.framing != Framing::NoBody;
  body_written_ = with_body ? reply_body_->size() : 0;
  write(with_body ? std::string_view(*reply_body_) : std::string_view(), AfterWrite::FinishResponse);
}

void Connection::begin_response(web::http::http_response response) {
  if (!begin_writing(*static_cast<RequestContext*>(response._get_server_context()), response.status_code()))
    return;
  frame_ = write_head(head_, response, facts());
  keep_alive_ = !frame_.close;
  response_ = std::move(response);
  if (frame_.framing == Framing::NoBody) return write({}, AfterWrite::FinishResponse);
  body_.emplace(response_->body());
  body_left_ =
      frame_.framing == Framing::Length ? frame_.length : (std::numeric_limits<std::uint64_t>::max)();
  chunk_open_ = false;
  pump_body();
}

// Writes the next block of the body, behind what head_ holds.
void Connection::pump_body() {
  const bool chunked = frame_.framing == Framing::Chunked;
  const bool known = frame_.framing == Framing::Length;
  std::string_view block;
  // A body of known length that lies in memory goes out in one piece.
  const std::uint64_t most = known ? body_left_ : kBodyBlock;
  switch (body_->next(static_cast<std::size_t>(most), block)) {
    case ResponseBody::State::Bytes:
      break;
    case ResponseBody::State::Broken:
      return close();
    case ResponseBody::State::Later:
      if (std::exchange(chunk_open_, false)) head_ += "\r\n";
      return head_.empty() ? wait_for_body() : write({}, AfterWrite::PumpBody);
    case ResponseBody::State::End:
      if (known) return close();  // shorter than announced: only an early end can tell the client
      if (chunked) head_ += chunk_open_ ? "\r\n0\r\n\r\n" : "0\r\n\r\n";
      return write({}, AfterWrite::FinishResponse);
  }
  body_left_ -= block.size();
  body_written_ += block.size();
  if (chunked) {
    std::array<char, 20> size{};
    const auto end = std::to_chars(size.data(), size.data() + size.size(), block.size(), 16).ptr;
    if (std::exchange(chunk_open_, true)) head_ += "\r\n";
    head_.append(size.data(), end);
    head_ += "\r\n";
  }
  write(block, known && body_left_ == 0 ? AfterWrite::FinishResponse : AfterWrite::PumpBody);
}

// The producer sets the pace, however long it takes.
void Connection::wait_for_body() {
  no_deadline();
  body_waits_ = true;
  body_->wait([self = shared_from_this()] {
    self->worker_.post([self] {
      self->body_waits_ = false;
      if (self->state_ != State::Writing) return;
      self->set_deadline(self->timeouts().write);
      self->pump_ = true;
      self->run();
    });
  });
}

void Connection::answer(unsigned status, std::string_view detail, std::string_view extra) {
  state_ = State::Writing;
  handled_ = false;
  status_ = status;
  ErrorBody body;
  if (status >= 400) {
    ++core_->transport_errors;
    body = core_->error_body(status, detail);
  }
  const ResponseFacts known = facts();
  keep_alive_ = known.keep_alive;
  head_.clear();
  write_error_head(head_, status, body.content_type, body.body.size(), extra, known);
  body_written_ = known.head ? 0 : body.body.size();
  if (!known.head) head_ += body.body;
  set_deadline(timeouts().write);
  write({}, AfterWrite::FinishResponse);
}

bool Connection::reject(unsigned status, std::string_view detail, std::string_view extra) {
  keep_alive_ = false;
  if (state_ != State::Body) started_ = Clock::now();
  answer(status, detail, extra);
  return false;
}

// Writes head_ and `block`, which stay untouched until then.
void Connection::write(std::string_view block, AfterWrite after) {
  after_write_ = after;
  write_progress_ = 0;
  if (!stream_->gathers() && block.size() <= kTlsCopy) {
    head_ += block;
    block = {};
  }
  output_ = {boost::asio::const_buffer(head_.data(), head_.size()),
             boost::asio::const_buffer(block.data(), block.size())};
  continue_write();
}

void Connection::continue_write() {
  while (output_[0].size() + output_[1].size() > 0) {
    Error error;
    const std::size_t count = stream_->write_now(output_, error);
    if (error == boost::asio::error::would_block) {
      writing_ = true;
      return stream_->write(output_, shared_from_this());
    }
    if (error) return close();
    consume(count);
  }
  head_.clear();
  if (body_) body_->release();
  switch (after_write_) {
    case AfterWrite::ReadBody:
      return;
    case AfterWrite::PumpBody:
      set_deadline(timeouts().write);
      pump_ = true;
      return;
    case AfterWrite::FinishResponse:
      return finish_response();
  }
}

void Connection::consume(std::size_t count) {
  const std::size_t first = std::min(count, output_[0].size());
  output_[0] += first;
  output_[1] += count - first;
}

void Connection::on_write(Error error, std::size_t count) {
  writing_ = false;
  if (state_ == State::Closed) return;
  if (error) return close();
  consume(count);
  write_progress_ += count;
  if (write_progress_ >= kWriteProgress) {
    write_progress_ = 0;
    set_deadline(timeouts().write);
  }
  continue_write();
  run();
}

void Connection::finish_response() {
  const std::shared_ptr<Connection> self = shared_from_this();
  log(true);
  state_ = State::Lingering;
  if (keep_alive_) {
    next_request();
  } else {
    linger();
  }
  retire(true);
}

}  // namespace toolhive::http
