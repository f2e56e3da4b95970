// Reads the requests of one connection out of its bytes, one after the other.
#pragma once

#include "controller/http/body_budget.hpp"
#include "controller/http/options.hpp"
#include "controller/http/read_buffer.hpp"
#include "controller/http/refusal.hpp"
#include "controller/http/request.hpp"
#include "controller/http/request_parser.hpp"

#include <boost/asio/buffer.hpp>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace toolhive::http {

// Decides on each request before any of its body is read, and counts what it keeps of the body
// against a budget. Does no input of its own. Not thread safe.
class RequestReader {
 public:
  // Both have to outlive it.
  RequestReader(const Options& options, BodyBudget& budget);
  ~RequestReader();
  RequestReader(const RequestReader&) = delete;
  RequestReader& operator=(const RequestReader&) = delete;

  // Room for the next read, and how much of it was filled.
  boost::asio::mutable_buffer prepare() { return input_.prepare(); }
  void commit(std::size_t count) { input_.commit(count); }
  // Whether no byte is held that was not parsed.
  bool empty() const { return input_.empty(); }
  // Gives back memory that an idle connection does not need.
  void shrink() { input_.shrink(); }

  enum class Step {
    NeedMore,    // of the client's bytes
    HeaderDone,  // once: expects_body() says whether more bytes belong to the request
    Complete,    // request() is complete
    Refused,     // refusal() says why; the rest of the request cannot be told from the next one
  };
  Step parse();

  bool expects_body() const { return parser_->expects_body(); }
  // Whether the client sends no byte of the body before it has a 100.
  bool awaits_continue() const { return parser_->expects_continue() && input_.empty(); }
  const Refusal& refusal() const { return refusal_; }

  // Empty before HeaderDone; without header fields and body after take().
  const Request& request() const { return parser_->request(); }
  bool keep_alive() const { return parser_->keep_alive(); }
  // The complete request, for a handler. Its body stays counted until next() or release_body().
  Request take(const std::string& remote_address);
  void release_body();
  // Forgets the request: the next byte begins another one.
  void next();

  // Whether the request was complete, the client's last by its own word, and nothing came behind
  // it.
  bool was_last() const { return complete_ && !keep_alive() && input_.empty(); }
  // Room for bytes that nobody wants, in place of all that are held.
  boost::asio::mutable_buffer prepare_discard();
  // False when more were thrown away than a client may send.
  bool discard(std::size_t count);

 private:
  Step check_header();
  bool keep_body_bytes();
  Step refuse(Refusal refusal);
  Step refuse_by_parser();

  const Options& options_;
  BodyBudget& budget_;
  ReadBuffer input_;
  std::optional<RequestParser> parser_;  // always there; made anew for each request
  bool complete_ = false;
  std::uint64_t buffered_ = 0;  // bytes of the body, as counted in the budget
  std::size_t discarded_ = 0;
  Refusal refusal_;
};

}  // namespace toolhive::http
