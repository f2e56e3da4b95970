#include "controller/operator/discovery/service_reader.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

#include "controller/base/json_access.hpp"

namespace toolhive {

namespace {

constexpr std::size_t kLongestServicePath = 1024;
constexpr std::size_t kLongestServerName = 64;

// The annotations of one convention; nullptr: it has none for that.
struct ServiceAnnotations {
  const char* path;
  const char* port;
  const char* transport;
  const char* streamable;  // the word for Streamable HTTP
  const char* name;
};

constexpr ServiceAnnotations kOwnAnnotations{.path = "mcpregistry.dev/path",
                                             .port = "mcpregistry.dev/port",
                                             .transport = "mcpregistry.dev/transport",
                                             .streamable = "streamable-http",
                                             .name = "mcpregistry.dev/name"};
constexpr ServiceAnnotations kKagentAnnotations{.path = "kagent.dev/mcp-service-path",
                                                .port = "kagent.dev/mcp-service-port",
                                                .transport = "kagent.dev/mcp-service-protocol",
                                                .streamable = "STREAMABLE_HTTP",
                                                .name = nullptr};

// Of ports, in this order, when there is nothing else to go by.
constexpr std::string_view kPortNames[] = {"mcp", "http-mcp", "http"};

std::string annotation(const kube::Object& object, const char* key) {
  return key ? object.meta().annotations.get(key).value_or("") : std::string();
}

bool is_server_name(std::string_view text) {
  return !text.empty() && text.size() <= kLongestServerName &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                  c == '_' || c == '.';
         });
}

Status check_kind(const Json& spec) {
  if (string_member(spec, "type") == "ExternalName")
    return refuse("ExternalNameService",
                  "a Service of type ExternalName leads out of the cluster; make an MCPTool with its URL");
  if (string_member(spec, "clusterIP") == "None")
    return refuse("HeadlessService",
                  "a headless Service has no address of its own; give it one, or label another Service");
  return {};
}

std::int64_t number_of(const Json& port) {
  const auto number = port.find("port");
  return number != port.end() && number->is_number_integer() ? number->get<std::int64_t>() : 0;
}

bool is_meant(const Json& port, std::string_view wanted) {
  return string_member(port, "name") == wanted || std::to_string(number_of(port)) == wanted;
}

bool speaks_mcp(const Json& port) {
  const std::string protocol = string_member(port, "appProtocol");
  return protocol == "mcp" || protocol.ends_with("/mcp");
}

const Json* default_port(const Json& ports) {
  if (ports.size() == 1) return &ports.front();
  for (const Json& port : ports)
    if (speaks_mcp(port)) return &port;
  for (const std::string_view name : kPortNames)
    for (const Json& port : ports)
      if (string_member(port, "name") == name) return &port;
  return nullptr;
}

StatusOr<std::int64_t> port_of(const Json& spec, const std::string& wanted, const char* key) {
  const Json* ports = value_at(spec, "/ports");
  if (!ports || !ports->is_array() || ports->empty()) return refuse("PortUnknown", "the Service has no port");
  if (wanted.empty()) {
    if (const Json* port = default_port(*ports)) return number_of(*port);
    return refuse("PortUnknown",
                  std::string("the Service has several ports, none of which is named mcp or http; "
                              "say which by the annotation ") +
                      key);
  }
  for (const Json& port : *ports)
    if (is_meant(port, wanted)) return number_of(port);
  return refuse(
      "PortUnknown",
      std::string("the Service has no port with the name or number that the annotation ") + key + " gives");
}

Status check_annotations(const ServiceAnnotations& keys, const std::string& path,
                         const std::string& transport, const std::string& name) {
  if (!path.starts_with('/') || path.size() > kLongestServicePath)
    return refuse("InvalidAnnotation", std::string("the annotation ") + keys.path +
                                           " must begin with a slash and have at most 1,024 characters");
  if (!transport.empty() && transport != keys.streamable)
    return refuse("TransportUnsupported", std::string("only Streamable HTTP is spoken: the annotation ") +
                                              keys.transport + " may be " + keys.streamable +
                                              ", or left out");
  if (!name.empty() && !is_server_name(name))
    return refuse("InvalidAnnotation",
                  std::string("the annotation ") + keys.name +
                      " must be at most 64 letters, digits, dots, hyphens and underscores");
  return {};
}

FoundServer read_annotated(const kube::Object& object, const ServiceAnnotations& keys) {
  const Json document = object.json();
  const Json spec = document.value("spec", Json::object());
  std::string path = annotation(object, keys.path);
  if (path.empty()) path = "/mcp";
  const std::string name = annotation(object, keys.name);

  FoundServer server;
  server.prefix = prefix_of(name.empty() ? object.meta().name : std::string_view(name));
  server.refused = check_kind(spec);
  if (server.refused.ok())
    server.refused = check_annotations(keys, path, annotation(object, keys.transport), name);
  if (!server.refused.ok()) return server;
  const auto port = port_of(spec, annotation(object, keys.port), keys.port);
  server.refused = port.status();
  if (!port.ok()) return server;
  server.url = service_url(std::string(object.meta().name), std::string(object.meta().ns), *port, path);
  server.refused = check_server_url(server.url);
  return server;
}

}  // namespace

FoundServer read_service(const kube::Object& object, const FindRoute&) {
  return read_annotated(object, kOwnAnnotations);
}

FoundServer read_kagent_service(const kube::Object& object, const FindRoute&) {
  return read_annotated(object, kKagentAnnotations);
}

}  // namespace toolhive
