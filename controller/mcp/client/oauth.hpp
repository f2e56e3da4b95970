// TokenSource: access tokens by the client credentials grant.
#pragma once

#include <memory>
#include <string>

#include "controller/base/context.hpp"
#include "controller/base/status.hpp"
#include "controller/mcp/client/options.hpp"
#include "controller/mcp/http/http_client.hpp"

namespace toolhive::mcp {

// RFC 6749, section 4.4, for the resource that RFC 8707 names. A token is kept until half a minute
// before it expires. Messages have neither secrets nor tokens. Not thread-safe.
class TokenSource {
 public:
  // Invalid without a place to ask, or with one that is not encrypted (loopback apart, where tests
  // are).
  static StatusOr<std::unique_ptr<TokenSource>> make(const ClientCredentials& credentials,
                                                     std::string resource, const HttpClient& http);

  // Unauthorized when the authorization server does not accept the credentials; otherwise as
  // HttpClient::send().
  StatusOr<std::string> token(const Context& ctx);
  // The server did not accept the token: the next call asks for another.
  void forget() { token_.clear(); }

 private:
  TokenSource(ClientCredentials credentials, std::string resource, HttpClient http)
      : credentials_(std::move(credentials)), resource_(std::move(resource)), http_(std::move(http)) {}

  Status find_token_url(const Context& ctx);
  HttpRequest token_request() const;
  Status keep(const Context& ctx, const std::string& body);

  const ClientCredentials credentials_;
  const std::string resource_;
  const HttpClient http_;
  std::string token_url_;
  std::string token_;
  TimePoint expires_;
};

}  // namespace toolhive::mcp
