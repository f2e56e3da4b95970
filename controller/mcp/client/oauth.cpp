#include "controller/mcp/client/oauth.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/base64.hpp"
#include "controller/base/json_access.hpp"
#include "controller/base/percent.hpp"
#include "controller/base/text.hpp"
#include "controller/kube/object/json_text.hpp"
#include "controller/mcp/client/document.hpp"
#include "controller/mcp/client/oauth_metadata.hpp"

namespace toolhive::mcp {

namespace {

constexpr std::size_t kLongestToken = 16U << 10;
constexpr Duration kSpare = std::chrono::seconds(30);            // before a token expires
constexpr std::int64_t kUsualLife = 300, kLongestLife = 86'400;  // seconds

Status not_encrypted(const Url& url) {
  const bool loopback = url.host == "localhost" || url.host == "::1" || url.host.starts_with("127.");
  if (url.tls || loopback) return {};
  return {Code::Invalid,
          "OAuth: the client secret would go unencrypted to " + url.shown() + "; use https://"};
}

Status check_place(const std::string& text) {
  const StatusOr<Url> url = Url::parse(text);
  return url.ok() ? not_encrypted(*url) : url.status().with_context("OAuth");
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

// The error of RFC 6749, section 5.2, as far as the body tells it.
Status refusal(const HttpHead& head, const std::string& body) {
  const StatusOr<Json> document = kube::parse_json(body);
  std::string said = "HTTP " + std::to_string(head.status);
  if (document.ok() && document->is_object())
    said += " " + cleaned(string_member(*document, "error"), 64) + " " +
            cleaned(string_member(*document, "error_description"), 256);
  const bool refused = head.status == 400 || head.status == 401 || head.status == 403;
  return Status(refused ? Code::Unauthorized : Code::Unavailable,
                "the authorization server gave no token (" + said + ")" +
                    (refused ? "; correct client id, secret and scopes" : ""))
      .with_http_status(head.status);
}

}  // namespace

StatusOr<std::unique_ptr<TokenSource>> TokenSource::make(const ClientCredentials& credentials,
                                                         std::string resource, const HttpClient& http) {
  if (credentials.token_url.empty() && credentials.issuer.empty())
    return Status(Code::Invalid,
                  "OAuth: neither a token URL nor an issuer is given; a secret is not sent where only the "
                  "server points");
  for (const std::string& place : {credentials.token_url, credentials.issuer}) {
    if (place.empty()) continue;
    if (Status checked = check_place(place); !checked.ok()) return checked;
  }
  std::unique_ptr<TokenSource> source(new TokenSource(credentials, std::move(resource), http));
  source->token_url_ = credentials.token_url;
  return source;
}

StatusOr<std::string> TokenSource::token(const Context& ctx) {
  if (!token_.empty() && ctx.clock.now() < expires_) return token_;
  if (Status found = find_token_url(ctx); !found.ok()) return found;
  StatusOr<Document> reply = read_document(ctx, http_, token_request());
  if (!reply.ok()) return reply.status();
  if (reply->head.status != 200) return refusal(reply->head, reply->body);
  if (Status kept = keep(ctx, reply->body); !kept.ok()) return kept;
  return token_;
}

Status TokenSource::find_token_url(const Context& ctx) {
  if (!token_url_.empty()) return {};
  StatusOr<std::string> url = find_token_endpoint(ctx, http_, credentials_.issuer);
  if (!url.ok()) return url.status();
  if (Status checked = check_place(*url); !checked.ok()) return checked;
  token_url_ = *std::move(url);
  return {};
}

HttpRequest TokenSource::token_request() const {
  // RFC 6749, section 2.3.1: both are encoded as in a form before they are joined.
  const std::string pair =
      percent_encode(credentials_.client_id) + ":" + percent_encode(credentials_.client_secret);
  std::string form = "grant_type=client_credentials&resource=" + percent_encode(resource_);
  if (!credentials_.scopes.empty()) form += "&scope=" + percent_encode(joined(credentials_.scopes));
  return {.method = "POST",
          .url = *Url::parse(token_url_),
          .headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                      {"Accept", "application/json"},
                      {"Authorization", "Basic " + encode_base64(pair)}},
          .body = std::move(form)};
}

Status TokenSource::keep(const Context& ctx, const std::string& body) {
  const StatusOr<Json> document = kube::parse_json(body);
  const std::string token =
      document.ok() && document->is_object() ? string_member(*document, "access_token") : "";
  if (token.empty() || token.size() > kLongestToken || !check_headers({{"Authorization", token}}).ok())
    return {Code::Decode, "the authorization server's answer holds no access token"};
  const Json* const told = value_at(*document, "/expires_in");
  const std::int64_t life =
      told != nullptr && told->is_number_integer() ? told->get<std::int64_t>() : kUsualLife;
  token_ = token;
  expires_ = ctx.clock.now() + std::chrono::seconds(std::clamp<std::int64_t>(life, 0, kLongestLife)) - kSpare;
  return {};
}

}  // namespace toolhive::mcp
