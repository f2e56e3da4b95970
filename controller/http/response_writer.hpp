// Writes the responses of one connection, one after the other.
#pragma once

#include "controller/http/body_source.hpp"
#include "controller/http/options.hpp"
#include "controller/http/refusal.hpp"
#include "controller/http/response_head.hpp"
#include "controller/http/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace toolhive::http {

struct Reply;

// Begin a response, then call write() until it is Complete; finish() before the next one begins.
// Waits for nothing and calls nobody. Not thread safe.
class ResponseWriter {
 public:
  // A handler's reply, whose `written` is the caller's business.
  void begin(Reply&& reply, const ResponseFacts& facts);
  // The transport's own answer; `body` is in the form of Options::error_body.
  void begin(const Refusal& refusal, const ErrorBody& body, const ResponseFacts& facts);
  // "100 Continue", after which the response itself is still to come.
  void begin_continue();

  enum class Step {
    Complete,  // all of it is with the stream
    Blocked,   // the stream takes no more now: give it output() and tell written()
    Waiting,   // the source has nothing yet: call wait()
    // the stream or the source has failed: only the end of the connection can tell the client
    Broken,
  };
  // Writes what goes out without waiting.
  Step write(Stream& stream);
  const Stream::Output& output() const { return output_; }
  void written(std::size_t count);
  // Calls `ready`, on any thread, when write() can go on.
  void wait(std::function<void()> ready) { source_->wait(std::move(ready)); }
  // Whether, since this was last asked, the client took a block to its end or as much as
  // Timeouts::write is about.
  bool take_progress() { return std::exchange(progress_, false); }

  // Lets go of the body, and tells its source if that was not read to its end.
  void finish(bool complete);

  // Of the response that was begun last; 0 once it is finished.
  unsigned status() const { return status_; }
  std::uint64_t body_written() const { return body_written_; }
  // Whether the connection ends with the response that was begun last.
  bool closes() const { return frame_.close; }

 private:
  bool has_output() const { return output_[0].size() + output_[1].size() > 0; }
  void start(unsigned status);
  Step flush(Stream& stream);
  Step fill(bool gathers);
  Step fill_from_source(bool gathers);
  void append_chunk_size(std::size_t size);
  void put(std::string_view block, bool gathers);
  void consume(std::size_t count);

  unsigned status_ = 0;
  ResponseFrame frame_;
  std::shared_ptr<const std::string> bytes_;  // the body: this,
  std::shared_ptr<BodySource> source_;        // or from here; or none
  std::uint64_t left_ = 0;                    // of a source's body of known length
  std::uint64_t body_written_ = 0;
  bool chunk_open_ = false;  // a chunk was written up to its data, without the line end behind it

  std::string head_;       // of the response, later the frame of a chunk; not yet written
  Stream::Output output_;  // being written: head_ and a block
  bool last_ = false;      // nothing comes after output_
  std::size_t taken_ =
      0;  // bytes that the stream took of output_ later than at once, since the last progress
  bool progress_ = false;
};

}  // namespace toolhive::http
