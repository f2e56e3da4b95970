#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "controller/http/reply.hpp"

namespace toolhive::registry {

// What a POST to /mcp says in its headers; empty where they are not there.
struct McpHeaders {
  std::string version;  // MCP-Protocol-Version
  std::string method;   // Mcp-Method
  std::string name;     // Mcp-Name
  std::string origin;   // Origin: the page that had a browser send it.
};

// What the API looks at in a request; the transport fills it in. The views must live until the
// response is given.
struct Request {
  std::string method;
  std::string target;  // Path and query as they came, nothing decoded.
  std::string content_type;
  std::string if_match;
  std::string if_none_match;
  std::string accept_encoding;
  std::string request_id;
  std::string authorization;  // Never logged.
  std::string peer;           // The client's address, or a proxy's.
  // What another replica said that forwarded it (forwarder.hpp); empty when it came from a client.
  std::string forwarded;
  // Below which a proxy serves the registry to this client, such as "/tools"; else empty.
  std::string prefix;
  // "https://host:port", as the client named it, and the prefix; empty when that is not known.
  std::string origin;
  McpHeaders mcp;  // Of a POST.
  std::string_view body;
};

// What the transport sends. Its body is shared with the index where the bytes were ready.
struct Response : http::Reply {
  static Response text(unsigned status, std::string_view content_type, std::string body) {
    Response response;
    response.status = status;
    response.content_type = content_type;
    response.body = std::make_shared<const std::string>(std::move(body));
    return response;
  }
  // The value of a header, empty when there is none. For tests and logs.
  std::string_view header(std::string_view name) const {
    for (const auto& [key, value] : headers) {
      if (key == name) return value;
    }
    for (auto rest = lines; !rest.empty(); rest.remove_prefix(rest.find("\r\n") + 2)) {
      if (rest.starts_with(name) && rest.substr(name.size()).starts_with(": "))
        return rest.substr(name.size() + 2, rest.find("\r\n") - name.size() - 2);
    }
    return {};
  }
};

inline constexpr std::string_view kJson = "application/json";
inline constexpr std::string_view kProblemJson = "application/problem+json";

}  // namespace toolhive::registry
