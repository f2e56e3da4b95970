// FoundServer: what an object says of the MCP server behind it.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "controller/base/json.hpp"
#include "controller/base/status.hpp"
#include "controller/kube/object/object.hpp"

namespace toolhive {

struct FoundServer {
  bool wanted = true;  // false: the object says itself that it is not to be found
  std::string url;     // empty: it has none yet, or none that can be told
  bool ready = true;   // whether it serves, as far as the object knows
  std::string prefix;  // what the names of its tools are to begin with
  // Not Ok: no MCPTool can be made of it. Its reason is one word, docs/discovery.md lists them.
  Status refused = {};
};

// The HTTPRoute of that name in the object's namespace, as far as it is known.
using FindRoute = std::function<std::optional<Json>(const std::string& name)>;

// Reads one object. Pure, but for `routes`; whatever the object holds, the answer is bounded.
using ReadServer = FoundServer (*)(const kube::Object& object, const FindRoute& routes);

// ---- what the readers have in common ----

// "http://<service>.<ns>.svc:<port><path>".
std::string service_url(const std::string& service, const std::string& ns, std::int64_t port,
                        const std::string& path);
// A URL as it is compared: two that are written in these ways lead to one server.
std::string comparable_url(const std::string& url);
// `refused` unless `url` is one that an MCPTool can have.
Status check_server_url(const std::string& url);
// `name` and a dot, no longer than spec.tools.prefix may be.
std::string prefix_of(std::string_view name);
// A refusal with its reason.
Status refuse(const char* reason, std::string why);

}  // namespace toolhive
