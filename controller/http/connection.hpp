// One client's connection: reads requests, hands them to a listener, writes the replies, one after the other.
#pragma once

#include "controller/http/read_buffer.hpp"
#include "controller/http/reply.hpp"
#include "controller/http/request_parser.hpp"
#include "controller/http/response_body.hpp"
#include "controller/http/response_head.hpp"
#include "controller/http/stream.hpp"
#include "controller/http/worker.hpp"

#include <cpprest/http_msg.h>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace toolhive::http {

class Core;
class Endpoint;
class RequestContext;
struct Route;

// Lives on one worker; every function but respond() and dropped() is called on its thread.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  using Error = boost::system::error_code;
  using Clock = std::chrono::steady_clock;

  Connection(std::shared_ptr<Core> core, std::shared_ptr<Endpoint> endpoint, Worker& worker,
             std::unique_ptr<Stream> stream, std::string remote_address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Starts to serve, or answers 503 and ends.
  void start(bool refused);

  // A handler's reply, and a handler's request that was let go of without one. Any thread.
  void respond(web::http::http_response response);
  void respond(const web::http::http_request& request, Reply reply);
  void dropped();

  void check_deadline(Clock::time_point now);
  // The listener is being closed: ends now if no request has begun, else after its response.
  void drain();
  // Ends now, whatever is going on.
  void abort();

  // From the stream.
  void on_handshake(Error error);
  void on_read(Error error, std::size_t count);
  void on_write(Error error, std::size_t count);
  void on_shutdown();

  const Endpoint& endpoint() const { return *endpoint_; }

 private:
  static constexpr std::string_view kAllow = "Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS\r\n";
  enum class State {
    Handshaking,
    Idle,       // no byte of the next request yet
    Header,     // reading
    Body,       // reading
    Handling,   // waiting for the handler's reply
    Writing,    // the response, or an error in place of one
    Lingering,  // answered; reads what the client still sends, so that a reset does not take the answer from
                // it
    Closed,
  };
  enum class AfterWrite { ReadBody, PumpBody, FinishResponse };

  // Does what can be done without waiting. Everything that changes the state from outside ends with it, so
  // that requests in a pipeline and blocks of a body are a loop and not a recursion.
  void run();
  bool step();

  // Reading: connection.cpp.
  void next_request();
  void read();
  bool parse();
  bool on_header();
  bool keep_body_bytes();
  void linger();
  void close();
  void leave_endpoint();
  void retire(bool complete);
  void log(bool complete) const;

  // Replying: connection_reply.cpp.
  void dispatch();
  void call_handler(const std::shared_ptr<Route>& route, const web::uri& uri);
  void begin_response(web::http::http_response response);
  void begin_reply(const web::http::http_request& request, Reply reply);
  bool begin_writing(RequestContext& context, unsigned status);
  void pump_body();
  void wait_for_body();
  // Answers in place of a handler. `extra` are complete header lines.
  void answer(unsigned status, std::string_view detail, std::string_view extra = {});
  // The same, and ends the connection, as the request may not have been read to its end. Returns false.
  bool reject(unsigned status, std::string_view detail, std::string_view extra = {});
  void write(std::string_view block, AfterWrite after);
  void continue_write();
  void consume(std::size_t count);
  void finish_response();
  ResponseFacts facts() const;

  bool in_run_here() const { return worker_.on_this_thread() && running_; }
  const Timeouts& timeouts() const;
  void set_deadline(Clock::duration limit) { deadline_ = Clock::now() + limit; }
  void no_deadline() { deadline_ = Clock::time_point::max(); }

  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Endpoint> endpoint_;
  Worker& worker_;  // owned by core_
  Worker::Connections::iterator position_;
  const std::unique_ptr<Stream> stream_;
  const std::string remote_address_;

  State state_ = State::Handshaking;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool running_ = false;     // run() is on the stack
  bool reading_ = false;     // the stream has a read under way
  bool writing_ = false;     // and a write
  bool shut_down_ = false;   // the stream's shutdown has ended
  bool refused_ = false;     // beyond the limit on connections
  bool served_ = false;      // at least one request was read
  bool dispatched_ = false;  // the current request is counted as in flight
  bool handled_ = false;     // a handler has it, or had it and answered
  bool counted_ = false;     // in the endpoint's gauge, whose end a drain waits for
  bool keep_alive_ = true;

  ReadBuffer input_;
  std::optional<RequestParser> parser_;
  std::uint64_t buffered_ = 0;  // bytes of the body, counted in the budget that all connections share
  Clock::time_point started_;   // when the request's header was complete
  std::size_t lingered_ = 0;

  std::optional<web::http::http_response> response_;  // what is being written: this,
  std::optional<web::http::http_request> request_;    // or the reply to this,
  std::shared_ptr<const std::string> reply_body_;     // which has this body
  RequestContext* context_ = nullptr;                 // owned by either
  std::optional<ResponseBody> body_;
  bool body_waits_ = false;  // body_ has a callback to make, and must stay
  bool pump_ = false;        // the next block of the body is to be written
  ResponseFrame frame_;
  std::uint64_t body_left_ = 0;
  std::uint64_t body_written_ = 0;
  unsigned status_ = 0;
  bool chunk_open_ = false;  // a chunk was written up to its data, without the line end behind it

  std::string head_;  // of the response, later the frame of a chunk
  Stream::Output output_;
  AfterWrite after_write_ = AfterWrite::FinishResponse;
  std::size_t write_progress_ = 0;  // bytes written since the deadline was set
};

}  // namespace toolhive::http
