#include "controller/http/response_writer.hpp"

#include "controller/http/reply.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <utility>

namespace toolhive::http {
namespace {

constexpr std::size_t kProgress = 64 * 1024;    // what Timeouts::write is about
constexpr std::size_t kBodyBlock = 256 * 1024;  // of a body whose length is not known, per chunk
// blocks up to this travel in one TLS record with their frame
constexpr std::size_t kTlsCopy = 8 * 1024;

}  // namespace

void ResponseWriter::start(unsigned status) {
  status_ = status;
  body_written_ = 0;
  head_.clear();
  output_ = {};
  last_ = false;
  progress_ = false;
}

void ResponseWriter::begin(Reply&& reply, const ResponseFacts& facts) {
  start(reply.status);
  frame_ = write_head(head_, reply, facts);
  if (frame_.framing == Framing::NoBody) return;
  bytes_ = std::move(reply.body);
  if (bytes_) body_written_ = bytes_->size();
  source_ = std::move(reply.source);
  left_ = frame_.framing == Framing::Length ? frame_.length : (std::numeric_limits<std::uint64_t>::max)();
  chunk_open_ = false;
}

void ResponseWriter::begin(const Refusal& refusal, const ErrorBody& body, const ResponseFacts& facts) {
  start(refusal.status);
  frame_ = {};
  frame_.close = !facts.keep_alive;
  write_error_head(head_, refusal.status, body.content_type, body.body.size(), refusal.lines, facts);
  if (facts.head) return;
  head_ += body.body;
  body_written_ = body.body.size();
}

void ResponseWriter::begin_continue() {
  start(0);
  head_ = "HTTP/1.1 100 Continue\r\n\r\n";
}

ResponseWriter::Step ResponseWriter::write(Stream& stream) {
  for (;;) {
    if (const Step step = flush(stream); step != Step::Complete || last_) return step;
    if (const Step step = fill(stream.gathers()); step != Step::Complete) return step;
  }
}

// Complete when all of output_ is written.
ResponseWriter::Step ResponseWriter::flush(Stream& stream) {
  while (has_output()) {
    Stream::Error error;
    const std::size_t count = stream.write_now(output_, error);
    if (error == boost::asio::error::would_block) return Step::Blocked;
    if (error) return Step::Broken;
    consume(count);
  }
  return Step::Complete;
}

// Complete when there is more in output_, or nothing more to come.
ResponseWriter::Step ResponseWriter::fill(bool gathers) {
  if (source_) return fill_from_source(gathers);
  last_ = true;
  put(bytes_ ? std::string_view(*bytes_) : std::string_view(), gathers);
  return Step::Complete;
}

ResponseWriter::Step ResponseWriter::fill_from_source(bool gathers) {
  const bool chunked = frame_.framing == Framing::Chunked;
  const bool known = frame_.framing == Framing::Length;
  std::string_view block;
  // A body of known length that lies in memory goes out in one piece.
  switch (source_->next(static_cast<std::size_t>(known ? left_ : kBodyBlock), block)) {
    case BodySource::State::Bytes:
      break;
    case BodySource::State::Broken:
      return Step::Broken;
    case BodySource::State::Later:
      if (std::exchange(chunk_open_, false)) head_ += "\r\n";
      if (head_.empty()) return Step::Waiting;
      put({}, gathers);
      return Step::Complete;
    case BodySource::State::End:
      if (known) return Step::Broken;  // shorter than announced
      if (chunked) head_ += chunk_open_ ? "\r\n0\r\n\r\n" : "0\r\n\r\n";
      last_ = true;
      put({}, gathers);
      return Step::Complete;
  }
  left_ -= block.size();
  body_written_ += block.size();
  last_ = known && left_ == 0;
  if (chunked) append_chunk_size(block.size());
  put(block, gathers);
  return Step::Complete;
}

void ResponseWriter::append_chunk_size(std::size_t size) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), size, 16).ptr;
  if (std::exchange(chunk_open_, true)) head_ += "\r\n";
  head_.append(digits.data(), end);
  head_ += "\r\n";
}

// Makes head_ and `block` the next output. Both stay as they are until it is written.
void ResponseWriter::put(std::string_view block, bool gathers) {
  taken_ = 0;
  if (!gathers && block.size() <= kTlsCopy) {
    head_ += block;
    block = {};
  }
  output_ = {boost::asio::const_buffer(head_.data(), head_.size()),
             boost::asio::const_buffer(block.data(), block.size())};
}

void ResponseWriter::written(std::size_t count) {
  consume(count);
  taken_ += count;
  if (taken_ < kProgress) return;
  taken_ = 0;
  progress_ = true;
}

void ResponseWriter::consume(std::size_t count) {
  const std::size_t first = std::min(count, output_[0].size());
  output_[0] += first;
  output_[1] += count - first;
  if (has_output()) return;
  head_.clear();
  if (source_) source_->release();
  progress_ = true;
}

void ResponseWriter::finish(bool complete) {
  if (source_ && !complete) source_->abandon();
  source_.reset();
  bytes_.reset();
  output_ = {};
  status_ = 0;
  body_written_ = 0;
}

}  // namespace toolhive::http
