#include "controller/mcp/client/oauth_metadata.hpp"

#include <nlohmann/json.hpp>
#include <vector>

#include "controller/base/json_access.hpp"
#include "controller/kube/object/json_text.hpp"
#include "controller/mcp/client/document.hpp"

namespace toolhive::mcp {

namespace {

constexpr const char* kOAuth = "/.well-known/oauth-authorization-server";
constexpr const char* kOpenId = "/.well-known/openid-configuration";

std::vector<std::string> places(const Url& issuer) {
  std::string path = issuer.path();
  while (path.ends_with('/')) path.pop_back();
  if (path.empty()) return {kOAuth, kOpenId};
  return {kOAuth + path, kOpenId + path, path + kOpenId};
}

StatusOr<std::string> read_metadata(const std::string& body, const std::string& issuer) {
  const StatusOr<Json> document = kube::parse_json(body);
  if (!document.ok() || !document->is_object())
    return Status(Code::Decode, "the metadata of the issuer " + issuer + " is no JSON object");
  // Or a server could pass another's metadata off as its own (RFC 8414, section 3.3).
  if (string_member(*document, "issuer") != issuer)
    return Status(Code::Invalid, "the metadata found for the issuer " + issuer +
                                     " is another issuer's; correct the issuer to its letter");
  std::string endpoint = string_member(*document, "token_endpoint");
  if (endpoint.empty())
    return Status(Code::Invalid, "the metadata of the issuer " + issuer + " names no token endpoint");
  return endpoint;
}

}  // namespace

StatusOr<std::string> find_token_endpoint(const Context& ctx, const HttpClient& http,
                                          const std::string& issuer) {
  StatusOr<Url> url = Url::parse(issuer);
  if (!url.ok()) return url.status();
  for (const std::string& place : places(*url)) {
    url->target = place;
    const StatusOr<Document> reply = read_document(
        ctx, http, {.method = "GET", .url = *url, .headers = {{"Accept", "application/json"}}, .body = {}});
    if (!reply.ok()) return reply.status();
    if (reply->head.status == 200) return read_metadata(reply->body, issuer);
  }
  return Status(Code::NotFound,
                "the issuer " + issuer + " has no metadata (RFC 8414); give the token URL instead");
}

}  // namespace toolhive::mcp
