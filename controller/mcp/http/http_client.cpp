#include "controller/mcp/http/http_client.hpp"

#include <algorithm>
#include <array>

#include "controller/mcp/http/http_exchange.hpp"
#include "controller/mcp/http/trust.hpp"

namespace toolhive::mcp {

namespace {

// RFC 9110, section 5.6.2.
bool is_token(std::string_view text) {
  constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
           kMarks.find(c) != std::string_view::npos;
  });
}

bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F);
  });
}

std::string lower(std::string text) {
  for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return text;
}

// What frames the message or names its receiver is not for others to say.
bool belongs_to_connection(const std::string& name) {
  constexpr std::array<std::string_view, 8> kNames = {
      "connection", "content-length", "expect", "host", "te", "trailer", "upgrade", "transfer-encoding"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

}  // namespace

Status check_headers(const Headers& headers) {
  for (const auto& [name, value] : headers) {
    if (!is_token(name)) return {Code::Invalid, "a header's name is no token (RFC 9110, section 5.6.2)"};
    if (belongs_to_connection(lower(name)))
      return {Code::Invalid, "the header " + name + " belongs to the connection and cannot be given"};
    if (!is_header_value(value))
      return {Code::Invalid,
              "the value of the header " + name +
                  " holds a control character, perhaps a line break at the end of the Secret's value"};
  }
  return {};
}

std::string_view HttpHead::header(std::string_view name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? std::string_view() : std::string_view(found->second);
}

StatusOr<HttpClient> HttpClient::make(const std::string& authorities, AddressPolicy policy,
                                      HttpLimits limits) {
  StatusOr<std::shared_ptr<const Trust>> trust = Trust::load(authorities);
  if (!trust.ok()) return trust.status();
  return HttpClient(*std::move(trust), std::move(policy), limits);
}

StatusOr<HttpHead> HttpClient::send(const Context& ctx, const HttpRequest& request,
                                    const BodySink& sink) const {
  if (Status headers = check_headers(request.headers); !headers.ok()) return headers;
  return HttpExchange(ctx.with_timeout(limits_.exchange), *trust_, policy_, limits_).run(request, sink);
}

}  // namespace toolhive::mcp
