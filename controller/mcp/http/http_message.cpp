#include "controller/mcp/http/http_message.hpp"

#include <boost/beast/http/error.hpp>
#include <string>
#include <string_view>

namespace toolhive::mcp {

namespace {

namespace http = boost::beast::http;

std::string lower_case(std::string_view name) {
  std::string text(name);
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return text;
}

}  // namespace

Status http_failure(const char* step, boost::system::error_code failed, const HttpLimits& limits) {
  const std::string what = std::string(step) + ": ";
  if (failed == http::error::body_limit)
    return {Code::TooLarge, what + "the reply has more than " + std::to_string(limits.body) + " bytes"};
  if (failed == http::error::header_limit || failed == http::error::buffer_overflow)
    return {Code::TooLarge,
            what + "the reply's header has more than " + std::to_string(limits.head) + " bytes"};
  const bool cut = failed == http::error::end_of_stream || failed == http::error::partial_message;
  if (failed.category() == http::make_error_code(http::error::bad_version).category() && !cut)
    return {Code::Decode, what + "the reply is no HTTP/1.1: " + failed.message()};
  return {Code::Unavailable,
          what + (cut ? "the connection was closed before the reply's end" : failed.message())};
}

http::request<http::string_body> to_message(const HttpRequest& request) {
  http::request<http::string_body> message;
  message.method_string(request.method);
  message.target(request.url.target);
  message.version(11);
  message.set(http::field::host, request.url.authority());
  for (const auto& [name, value] : request.headers) message.set(name, value);
  message.set(http::field::connection, "close");
  message.body() = request.body;
  message.prepare_payload();
  return message;
}

HttpHead to_head(const http::header<false>& reply) {
  HttpHead head;
  head.status = static_cast<int>(reply.result_int());
  for (const auto& field : reply) {
    std::string& value = head.headers[lower_case({field.name_string().data(), field.name_string().size()})];
    if (!value.empty()) value += ", ";
    value.append(field.value().data(), field.value().size());
  }
  return head;
}

bool is_interim(const http::header<false>& reply) {
  return reply.result_int() / 100 == 1 && reply.result_int() != 101;
}

}  // namespace toolhive::mcp
