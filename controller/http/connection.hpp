// One client's connection: has its requests read, handled and answered, one after the other.
//
//   from           to
//   Handshaking    Idle
//   Idle           Header on the first byte; Closing, or Closed, when the listener is being closed
//   Header         Body when the header is complete; Writing when the request is refused
//   Body           Handling when the request is complete; Writing when it is refused
//   Handling       Writing
//   Writing        Idle; Closing, or Closed, when the connection ends with the response
//   Closing        Lingering
//   Lingering      Closed
//
// and from each of them Closed, when the connection breaks, a deadline passes or it is aborted.
#pragma once

#include "controller/http/completion.hpp"
#include "controller/http/gauge.hpp"
#include "controller/http/refusal.hpp"
#include "controller/http/reply.hpp"
#include "controller/http/request_reader.hpp"
#include "controller/http/response_head.hpp"
#include "controller/http/response_writer.hpp"
#include "controller/http/stream.hpp"
#include "controller/http/worker.hpp"

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

namespace toolhive::http {

class Core;
class Endpoint;

// Lives on one worker; every function but respond() and refuse() is called on its thread.
class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  using Error = boost::system::error_code;
  using Clock = std::chrono::steady_clock;

  Connection(std::shared_ptr<Core> core, std::shared_ptr<Endpoint> endpoint, Worker& worker,
             std::unique_ptr<Stream> stream, std::string remote_address);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void start();
  // In place of start(), for a connection beyond the limit: answers 503 and ends.
  void turn_away();

  // The answer to the request that is being handled. Any thread.
  void respond(Reply&& reply, Completion&& completion);
  void refuse(Refusal refusal, Completion completion);

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
  enum class State {
    Handshaking,
    Idle,      // no byte of the next request yet
    Header,    // reading
    Body,      // reading, once what may have to be said first (100) is written
    Handling,  // waiting for the handler's reply
    Writing,   // the response, or an error in place of one
    Closing,   // answered; the peer is being told that nothing more comes
    // reads what the client still sends, so that a reset does not take the answer from it
    Lingering,
    Closed,
  };

  // Does what can be done without waiting. Everything that changes the state from outside ends with
  // it, so that requests in a pipeline are a loop and not a recursion.
  void run();
  bool step();

  bool step_idle();
  bool step_reading();
  void read();
  void begin_header();
  void begin_body();
  void dispatch();
  void call_handler(RouteEntry call, RouteEntry pending);

  // Whether run() is further up this stack, and goes on from there.
  bool in_run_here() const { return worker_.on_this_thread() && running_; }
  void begin_reply(Reply&& reply, Completion&& completion);
  void refuse_handled(const Refusal& refusal, Completion&& completion);
  void begin_refusal(const Refusal& refusal, bool keep_alive);
  void begin_writing();
  ResponseFacts facts(bool keep_alive) const;
  void write();
  void wait_for_body();
  void finish_response();

  // The end of the connection. `heard_all`: the client has nothing more to say.
  void hang_up(bool heard_all);
  void discard();
  void close();
  // The request is over: gives back what it held and tells the handler.
  void retire(bool complete);
  void log(bool complete) const;

  const Timeouts& timeouts() const;
  void set_deadline(Clock::duration limit) { deadline_ = Clock::now() + limit; }
  void no_deadline() { deadline_ = Clock::time_point::max(); }

  const std::shared_ptr<Core> core_;
  const std::shared_ptr<Endpoint> endpoint_;
  Worker& worker_;  // owned by core_
  Worker::Connections::iterator position_;
  const std::unique_ptr<Stream> stream_;
  const std::string remote_address_;
  Gauge::Entry open_;  // in the endpoint's gauge, whose end a drain waits for

  State state_ = State::Handshaking;
  Clock::time_point deadline_ = Clock::time_point::max();
  bool turned_away_ = false;
  bool running_ = false;   // run() is on the stack
  bool reading_ = false;   // the stream has a read under way
  bool writing_ = false;   // and a write
  bool watching_ = false;  // the reply ends when the client hangs up

  RequestReader reader_;
  ResponseWriter writer_;

  // Of the current request.
  Clock::time_point started_;             // when its header was complete
  bool handled_ = false;                  // a handler has it, or had it and answered
  Gauge::Entry in_flight_;                // in the server's gauge
  std::optional<Completion> completion_;  // of the reply that is being written
};

}  // namespace toolhive::http
