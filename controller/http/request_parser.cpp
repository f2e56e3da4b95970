#include "controller/http/request_parser.hpp"

#include "controller/http/target.hpp"
#include "controller/http/text.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/string_type.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <limits>

namespace toolhive::http {
namespace {

namespace beast = boost::beast;

constexpr unsigned kBlankLines =
    2;  // RFC 9112, section 2.2: at least one empty line before a request is ignored
constexpr std::size_t kMethodBytes = 32;  // longer than any registered method
// " HTTP/1.1", its line end, and the space before the target
constexpr std::size_t kVersionBytes = 12;
// chunk sizes and extensions without data worth mentioning
constexpr std::int64_t kFramingDebt = 16384;
constexpr std::int64_t kFramingPerChunk = 16;  // what an honest chunk may spend on its frame

std::string_view view(beast::string_view text) {
  return {text.data(), text.size()};
}

// Stricter than a token: every registered method consists of these.
bool plausible_method(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
  });
}

constexpr std::string_view kNoHttp = "The request line is malformed; this port speaks HTTP/1.1.";
constexpr std::string_view kTooLarge = "The request body is larger than this path accepts.";

}  // namespace

RequestParser::RequestParser(const Limits& limits) : limits_(limits), body_limit_(limits.body_bytes) {
  // Ours are checked before Beast sees a byte; boost::none would make this version refuse every
  // body.
  Base::header_limit((std::numeric_limits<std::uint32_t>::max)());
  Base::body_limit((std::numeric_limits<std::uint64_t>::max)());
}

bool RequestParser::set_body_limit(std::uint64_t bytes) {
  body_limit_ = bytes;
  return content_length_.value_or(0) <= bytes || fail(413, kTooLarge);
}

RequestParser::Status RequestParser::feed(std::string_view& data) {
  switch (phase_) {
    case Phase::Header:
      return feed_header(data);
    case Phase::Body:
      return feed_body(data);
    case Phase::Done:
      return Status::Done;
    case Phase::Failed:
      break;
  }
  return Status::Failed;
}

bool RequestParser::fail(unsigned status, std::string_view detail) {
  phase_ = Phase::Failed;
  error_status_ = status;
  error_detail_ = detail;
  return false;
}

RequestParser::Status RequestParser::feed_header(std::string_view& data) {
  while (scanned_ == 0 && !data.empty() && (data[0] == '\r' || data[0] == '\n')) {
    if (data[0] == '\r' && data.size() == 1) return Status::NeedMore;
    if (data[0] != '\r' || data[1] != '\n' || ++blank_lines_ > kBlankLines) {
      fail(400, "There is no request line.");
      return Status::Failed;
    }
    data.remove_prefix(2);
  }
  if (!scan_header(data)) return phase_ == Phase::Failed ? Status::Failed : Status::NeedMore;

  Error error;
  const std::size_t used = Base::put(boost::asio::const_buffer(data.data(), scanned_), error);
  if (phase_ == Phase::Failed) return Status::Failed;
  // The scan has seen the end of the header, so Beast has to see it in the same place.
  if (error || !Base::is_header_done() || used != scanned_) {
    fail_by(error);
    return Status::Failed;
  }
  data.remove_prefix(used);
  if (!check_header()) return Status::Failed;
  phase_ = Phase::Body;
  return Status::HeaderDone;
}

bool RequestParser::scan_header(std::string_view data) {
  while (scanned_ < data.size()) {
    const void* found = std::memchr(data.data() + scanned_, '\n', data.size() - scanned_);
    if (found == nullptr) {
      scanned_ = data.size();
      break;
    }
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - data.data());
    scanned_ = end + 1;
    if (end == line_start_ || data[end - 1] != '\r')
      return fail(400, "A line of the header does not end in CRLF.");
    if (!scan_line(data.substr(line_start_, end - 1 - line_start_))) return false;
    const bool last = end - 1 == line_start_;
    line_start_ = scanned_;
    if (last) return scanned_ <= limits_.header_bytes || fail(431, "The header is too large.");
  }
  if (lines_ == 0) {
    // Not even a complete request line: tell early what can be told.
    const std::size_t space = data.substr(0, kMethodBytes + 1).find(' ');
    const std::string_view method = data.substr(0, std::min(space, kMethodBytes + 1));
    if (!plausible_method(method)) return fail(400, kNoHttp);
    if (space == std::string_view::npos && data.size() > kMethodBytes)
      return fail(501, "The method is not known.");
    if (data.size() > kMethodBytes + limits_.target_bytes)
      return fail(414, "The request target is too long.");
  }
  if (data.size() > limits_.header_bytes) return fail(431, "The header is too large.");
  return false;
}

bool RequestParser::scan_line(std::string_view line) {
  if (lines_++ == 0) {
    const std::size_t space = line.find(' ');
    if (!plausible_method(line.substr(0, space))) return fail(400, kNoHttp);
    if (space == std::string_view::npos) return fail(400, kNoHttp);
    if (space > kMethodBytes) return fail(501, "The method is not known.");
    const std::size_t target = std::min(line.find(' ', space + 1), line.size()) - space - 1;
    return target <= limits_.target_bytes || fail(414, "The request target is too long.");
  }
  if (!line.empty() && (line[0] == ' ' || line[0] == '\t')) {
    return fail(400, "A header field is folded over two lines; send it on one.");
  }
  if (!line.empty() && lines_ - 1 > limits_.header_fields)
    return fail(431, "There are too many header fields.");
  return true;
}

bool RequestParser::check_header() {
  if (transfer_encodings_ > 0) {
    if (content_length_) return fail(400, "Content-Length and Transfer-Encoding exclude each other.");
    if (request_.version == 10) return fail(400, "HTTP/1.0 has no Transfer-Encoding; send Content-Length.");
    if (!Base::chunked()) return fail(501, "The only transfer coding this server knows is `chunked`.");
  }
  if (request_.version == 11 && hosts_ == 0) return fail(400, "HTTP/1.1 requires a Host field.");
  keep_alive_ = Base::keep_alive();
  return true;
}

RequestParser::Status RequestParser::feed_body(std::string_view& data) {
  while (!Base::is_done()) {
    if (data.empty()) return Status::NeedMore;
    // Beast asserts that it never sees the first four bytes of `0 CRLF CRLF` alone for a second
    // time. Whatever the state, at least these five have yet to come when there are fewer.
    if (Base::chunked() && data.front() == '0' && data.size() < 5) return Status::NeedMore;
    Error error;
    const std::size_t used = Base::put(boost::asio::const_buffer(data.data(), data.size()), error);
    data.remove_prefix(used);
    if (phase_ == Phase::Failed) return Status::Failed;
    if (error == beast::http::error::need_more) {
      // Beast wants a chunk's frame, or all trailer fields, in one piece.
      if (data.size() < limits_.header_bytes) return Status::NeedMore;
      fail(431, "A chunk's extension or the trailer is too large.");
      return Status::Failed;
    }
    if (error) {
      fail_by(error);
      return Status::Failed;
    }
  }
  phase_ = Phase::Done;
  return Status::Done;
}

void RequestParser::fail_by(const Error& cause) {
  using beast::http::error;
  if (cause == error::bad_version) {
    fail(505, "This server speaks HTTP/1.1 and HTTP/1.0.");
  } else if (cause == error::bad_method || cause == error::bad_target) {
    fail(400, "The request line is malformed.");
  } else if (cause == error::bad_content_length) {
    fail(400, "Content-Length is not one whole number.");
  } else if (cause == error::bad_transfer_encoding) {
    fail(400, "Transfer-Encoding is repeated, or stands beside Content-Length.");
  } else if (cause == error::bad_chunk || cause == error::bad_chunk_extension) {
    fail(400, "A chunk is malformed.");
  } else if (cause == error::body_limit) {
    fail(413, kTooLarge);
  } else {
    fail(400, "The request is malformed.");
  }
}

void RequestParser::on_request_impl(beast::http::verb, View method, View target, int version, Error&) {
  request_.method.assign(method.data(), method.size());
  request_.target.assign(target.data(), target.size());
  request_.version = static_cast<unsigned>(version);
}

void RequestParser::on_field_impl(beast::http::field, View name, View value, Error& error) {
  if (phase_ == Phase::Header) {
    add_field(view(name), view(value), error);
  } else if (++trailers_ > limits_.header_fields) {
    fail(431, "There are too many trailer fields.");
    error = beast::http::error::header_limit;
  }
}

void RequestParser::add_field(std::string_view name, std::string_view value, Error& error) {
  const auto refuse = [&](unsigned status, std::string_view detail) {
    fail(status, detail);
    error = beast::http::error::bad_value;
  };
  switch (name.size()) {
    case 4:
      if (!equal_ignoring_case(name, "host")) break;
      if (++hosts_ > 1) return refuse(400, "There is more than one Host field.");
      if (!valid_authority(value)) return refuse(400, "The Host field is malformed.");
      break;
    case 6:
      if (!equal_ignoring_case(name, "expect") || request_.version == 10) break;
      if (!equal_ignoring_case(value, "100-continue"))
        return refuse(417, "The only expectation this server knows is `100-continue`.");
      expects_continue_ = true;
      break;
    case 14: {
      if (!equal_ignoring_case(name, "content-length")) break;
      std::uint64_t length = 0;
      const char* end = value.data() + value.size();
      const auto [rest, status] = std::from_chars(value.data(), end, length);
      if (status != std::errc() || rest != end) return refuse(400, "Content-Length is not one whole number.");
      if (content_length_) return refuse(400, "There is more than one Content-Length field.");
      content_length_ = length;
      break;
    }
    case 17:
      if (!equal_ignoring_case(name, "transfer-encoding")) break;
      if (++transfer_encodings_ > 1) return refuse(400, "There is more than one Transfer-Encoding field.");
      if (!equal_ignoring_case(value, "chunked"))
        return refuse(501, "The only transfer coding this server knows is `chunked`.");
      break;
    default:
      break;
  }
  request_.headers.add(name, value);
}

void RequestParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Error&) {
  // No more than this before the bytes have come: a length is only a promise.
  constexpr std::uint64_t kReserve = 64 * 1024;
  if (length) request_.body.reserve(static_cast<std::size_t>(std::min(*length, kReserve)));
}

std::size_t RequestParser::on_body_impl(View data, Error& error) {
  if (data.size() > body_limit_ - std::min<std::uint64_t>(body_limit_, request_.body.size())) {
    error = beast::http::error::body_limit;
    return 0;
  }
  request_.body.insert(request_.body.end(), data.begin(), data.end());
  return data.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t size, View extension, Error& error) {
  if (size > body_limit_ - std::min<std::uint64_t>(body_limit_, request_.body.size())) {
    error = beast::http::error::body_limit;
    return;
  }
  // Many tiny chunks, or long extensions, cost far more than the body they carry.
  framing_debt_ += static_cast<std::int64_t>(extension.size()) + 8 - kFramingPerChunk -
                   2 * static_cast<std::int64_t>(std::min<std::uint64_t>(size, 1 << 20));
  framing_debt_ = std::max<std::int64_t>(framing_debt_, 0);
  if (framing_debt_ > kFramingDebt) {
    fail(400, "The chunks have far more framing than data.");
    error = beast::http::error::bad_chunk;
  }
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, View data, Error& error) {
  return on_body_impl(data, error);
}

}  // namespace toolhive::http
