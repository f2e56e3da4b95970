// HttpExchange: one request and its reply over a connection of their own. Internal: includes Boost.
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <optional>
#include <string>
#include <vector>

#include "controller/mcp/http/http_client.hpp"
#include "controller/mcp/http/trust.hpp"

namespace toolhive::mcp {

// Used once, by one thread, which it blocks until `ctx` ends at the latest. A step that does not
// end in time is abandoned with the object, so run() must not be called again after an error.
class HttpExchange {
 public:
  HttpExchange(const Context& ctx, const Trust& trust, const AddressPolicy& policy, const HttpLimits& limits);

  using Endpoint = boost::asio::ip::tcp::endpoint;

  StatusOr<HttpHead> run(const HttpRequest& request, const BodySink& sink);
  // All addresses of the URL's name that may be connected to, never none. Errors as those of
  // HttpClient::send() before the connection.
  StatusOr<std::vector<Endpoint>> resolve(const Url& url);

 private:
  // Runs what `start` starts, which is given the function to call with its outcome, until it ends
  // or `limit` passes.
  template <class Start>
  Status await(const char* step, TimePoint limit, Start start);
  // Calls `use` with the stream that the request goes over, encrypted or not.
  template <class Use>
  void with_stream(Use use);

  Status connect(const std::vector<Endpoint>& endpoints);
  Status shake_hands(const Url& url);
  Status write(const HttpRequest& request);
  Status read_head();
  Status read_one_head();
  Status read_body(const HttpHead& head, const BodySink& sink);

  const Context ctx_;
  const Trust& trust_;
  const AddressPolicy& policy_;
  const HttpLimits& limits_;
  boost::asio::io_context io_{1};
  boost::asio::ip::tcp::resolver resolver_{io_};
  boost::beast::tcp_stream plain_{io_};
  std::optional<boost::asio::ssl::stream<boost::beast::tcp_stream&>> encrypted_;
  boost::beast::flat_buffer buffer_;
  std::optional<boost::beast::http::response_parser<boost::beast::http::buffer_body>> parser_;
  std::array<char, 16U << 10> piece_;
};

}  // namespace toolhive::mcp
