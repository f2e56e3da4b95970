#include "registry/api/challenge.hpp"

#include "registry/api/problem.hpp"
#include "registry/auth/plain_text.hpp"
#include "registry/model/json.hpp"

namespace toolhive::registry {
namespace {

// The characters that RFC 6750 allows in a description; others become ' or ?.
std::string described(std::string_view text) {
  auto out = auth::plain_text(text);
  for (char& c : out) {
    if (c == '"' || c == '\\') c = '\'';
  }
  return out;
}

std::string challenge(std::string_view resource, std::string_view error, std::string_view reason) {
  std::string out = "Bearer realm=\"mcp-registry\"";
  if (!error.empty())
    out += ", error=\"" + std::string(error) + "\", error_description=\"" + described(reason) + '"';
  if (!resource.empty())
    out += ", resource_metadata=\"" + described(resource) + "/.well-known/oauth-protected-resource\"";
  return out;
}

// With this time in place of problem()'s own.
Response retry_after(Response response, std::chrono::seconds wait) {
  std::erase_if(response.headers, [](const auto& header) { return header.first == "Retry-After"; });
  response.headers.emplace_back("Retry-After", std::to_string(wait.count()));
  return response;
}

}  // namespace

Response unauthorized(std::string_view resource, std::string_view reason) {
  auto response =
      problem(401, reason.empty() ? "a bearer token is needed: Authorization: Bearer <token>" : reason);
  response.headers.emplace_back("WWW-Authenticate",
                                challenge(resource, reason.empty() ? "" : "invalid_token", reason));
  return response;
}

Response forbidden(std::string_view resource, std::string_view reason) {
  auto response = problem(403, reason);
  response.headers.emplace_back("WWW-Authenticate", challenge(resource, "insufficient_scope", reason));
  return response;
}

Response limited(std::chrono::seconds wait) {
  return retry_after(problem(429, "too many requests; try again in " + std::to_string(wait.count()) + " s"),
                     wait);
}

Response cannot_judge(std::string_view reason, std::chrono::seconds wait) {
  return retry_after(problem(503, "the token cannot be judged now: " + std::string(reason)), wait);
}

Response resource_metadata(std::string_view resource, const auth::AuthSettings& settings) {
  if (settings.mode == auth::Mode::None) return problem(404, "this registry asks for no tokens");
  std::string out = "{\"resource\":";
  append_json_string(out, resource);
  if (settings.mode == auth::Mode::Oidc) {
    out += ",\"authorization_servers\":[";
    append_json_string(out, settings.oidc.issuer);
    out += ']';
  }
  out += R"(,"bearer_methods_supported":["header"],"resource_name":"MCP registry"})";
  return Response::text(200, kJson, std::move(out));
}

}  // namespace toolhive::registry
