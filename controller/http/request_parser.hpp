// Reads one HTTP/1 request from bytes, without any input or output of its own: Boost.Beast's parser
// behind a stricter scan of the header. Sources: RFC 9110, RFC 9112.
#pragma once

#include "controller/http/options.hpp"
#include "controller/http/request.hpp"

#include <boost/beast/http/basic_parser.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace toolhive::http {

// Not thread safe; one object per request. What a request may not contain, beside what RFC 9112
// forbids: a bare LF or CR, folded fields, more than one Content-Length or Host, Content-Length
// beside Transfer-Encoding, any coding but `chunked`, and Transfer-Encoding in HTTP/1.0. These are
// what request smuggling is made of.
class RequestParser final : private boost::beast::http::basic_parser<true> {
 public:
  enum class Status {
    NeedMore,    // give the bytes that were not consumed again, with more behind them
    HeaderDone,  // once: request() is valid but for the body; set_body_limit() now, then go on
    Done,        // the request is complete; further bytes belong to the next one
    // error_status() and error_detail() say why; the connection cannot be used any more
    Failed,
  };

  explicit RequestParser(const Limits& limits);  // which have to outlive it
  explicit RequestParser(Limits&&) = delete;

  // Parses from the front of `data` and removes from it what is consumed.
  Status feed(std::string_view& data);

  // After HeaderDone. False, and Failed, when the announced body is larger.
  bool set_body_limit(std::uint64_t bytes);

  // After HeaderDone: whether more bytes belong to this request.
  bool expects_body() const { return !Base::is_done(); }
  // Bytes of the body that are in request().body now.
  std::size_t body_size() const { return request_.body.size(); }

  // The request as it came, with the target in whatever form that has; `body` is complete when the
  // parser says Done.
  Request& request() { return request_; }
  const Request& request() const { return request_; }
  // After HeaderDone: whether the client means to send another request on this connection.
  bool keep_alive() const { return keep_alive_; }
  // After HeaderDone: whether the client waits for a 100 before it sends the body.
  bool expects_continue() const { return expects_continue_; }
  unsigned error_status() const { return error_status_; }
  std::string_view error_detail() const { return error_detail_; }

 private:
  using Base = boost::beast::http::basic_parser<true>;
  using Error = boost::beast::error_code;
  using View = boost::beast::string_view;
  enum class Phase { Header, Body, Done, Failed };

  Status feed_header(std::string_view& data);
  Status feed_body(std::string_view& data);
  // True when the header's last byte is in `data`; scanned_ is then its size. False with phase_
  // Failed on an error.
  bool scan_header(std::string_view data);
  bool scan_line(std::string_view line);
  bool check_header();
  void add_field(std::string_view name, std::string_view value, Error& error);
  bool fail(unsigned status, std::string_view detail);
  void fail_by(const Error& error);

  void on_request_impl(boost::beast::http::verb, View method, View target, int version, Error&) override;
  void on_response_impl(int, View, int, Error&) override {}
  void on_field_impl(boost::beast::http::field, View name, View value, Error&) override;
  void on_header_impl(Error&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, Error&) override;
  std::size_t on_body_impl(View, Error&) override;
  void on_chunk_header_impl(std::uint64_t size, View extension, Error&) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, View, Error&) override;
  void on_finish_impl(Error&) override {}

  const Limits& limits_;
  Phase phase_ = Phase::Header;
  Request request_;
  bool keep_alive_ = false;
  bool expects_continue_ = false;
  std::optional<std::uint64_t> content_length_;
  std::size_t scanned_ = 0;     // bytes of the header that scan_header has passed
  std::size_t line_start_ = 0;  // where the current line of the header begins
  std::size_t lines_ = 0;       // complete lines of the header
  unsigned blank_lines_ = 0;    // line ends skipped before the request line
  unsigned hosts_ = 0;
  unsigned transfer_encodings_ = 0;
  std::size_t trailers_ = 0;
  std::uint64_t body_limit_ = 0;
  std::int64_t framing_debt_ = 0;  // bytes of chunk framing beyond what the chunks' data pays for
  unsigned error_status_ = 0;
  std::string_view error_detail_;
};

}  // namespace toolhive::http
