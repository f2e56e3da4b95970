#include "controller/operator/discovery/resource_readers.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "controller/base/json_access.hpp"
#include "controller/mcp/http/url.hpp"
#include "controller/operator/text.hpp"
#include "controller/runtime/write/conditions.hpp"

namespace toolhive {

namespace {

constexpr std::int64_t kKagentPort = 3000;
constexpr std::size_t kLongestRegistrationPrefix = 120;

bool has_condition(const Json& document, const char* type) {
  const Json* conditions = value_at(document, "/status/conditions");
  return conditions && runtime::Conditions::from_json(*conditions).is_true(type);
}

std::string text_or(const Json& document, const char* pointer, const char* otherwise) {
  std::string text = text_at(document, pointer);
  return text.empty() ? otherwise : text;
}

std::int64_t port_at(const Json& document, const char* pointer, std::int64_t otherwise) {
  const Json* port = value_at(document, pointer);
  return port && port->is_number_integer() ? port->get<std::int64_t>() : otherwise;
}

FoundServer named_server(const kube::Object& object) {
  FoundServer server;
  server.prefix = prefix_of(object.meta().name);
  return server;
}

void set_url(FoundServer& server, std::string url) {
  if (url.empty()) return;
  server.refused = check_server_url(url);
  if (server.refused.ok()) server.url = std::move(url);
}

// Earlier releases say where their proxy is, and not the path on it.
std::string with_path(const std::string& url) {
  const auto parsed = mcp::Url::parse(url);
  return parsed.ok() && parsed->target == "/" ? parsed->origin() + "/mcp" : url;
}

bool speaks_events_only(const Json& document) {
  const std::string transport = text_at(document, "/spec/transport");
  return transport == "sse" ||
         (transport != "streamable-http" && text_at(document, "/spec/proxyMode") == "sse");
}

// What an HTTPRoute leads to, when that is one Service of its own namespace.
StatusOr<std::pair<std::string, std::int64_t>> backend_of(const Json& route, std::string_view ns) {
  const char* const kFirst = "/spec/rules/0/backendRefs/0";
  if (!value_at(route, kFirst) || value_at(route, "/spec/rules/0/backendRefs/1"))
    return refuse("BackendUnsupported", "the HTTPRoute of its targetRef must have one backend");
  const Json& backend = *value_at(route, kFirst);
  const bool service =
      text_or(backend, "/kind", "Service") == "Service" && text_at(backend, "/group").empty();
  if (!service || text_or(backend, "/namespace", std::string(ns).c_str()) != ns)
    return refuse("BackendUnsupported", "the backend of its HTTPRoute is no Service of its own namespace");
  const std::string name = string_member(backend, "name");
  const std::int64_t port = port_at(backend, "/port", 0);
  // Nothing else holds a backend's name to what a Service can be called.
  if (!is_dns_label(name))
    return refuse("BackendUnsupported", "the backend of its HTTPRoute has no Service's name");
  if (port == 0) return refuse("BackendUnsupported", "the backend of its HTTPRoute has no port");
  return std::pair(name, port);
}

void find_backend(FoundServer& server, const kube::Object& object, const Json& document,
                  const FindRoute& routes) {
  const std::string ns(object.meta().ns);
  if (text_or(document, "/spec/targetRef/namespace", ns.c_str()) != ns) {
    server.refused = refuse("BackendUnsupported", "its targetRef is in another namespace");
    return;
  }
  const std::optional<Json> route = routes(text_at(document, "/spec/targetRef/name"));
  if (!route) return;
  const auto backend = backend_of(*route, ns);
  server.refused = backend.status();
  if (backend.ok())
    set_url(server,
            service_url(backend->first, ns, backend->second, text_or(document, "/spec/path", "/mcp")));
}

}  // namespace

FoundServer read_lifecycle_server(const kube::Object& object, const FindRoute&) {
  const Json document = object.json();
  FoundServer server = named_server(object);
  server.ready = has_condition(document, "Ready") || has_condition(document, "Available");
  set_url(server, text_at(document, "/status/address/url"));
  return server;
}

FoundServer read_toolhive_server(const kube::Object& object, const FindRoute&) {
  const Json document = object.json();
  FoundServer server = named_server(object);
  const std::string phase = text_at(document, "/status/phase");
  server.ready = phase == "Ready" || phase == "Running";
  if (speaks_events_only(document)) {
    server.refused = refuse("TransportUnsupported",
                            "only Streamable HTTP is spoken: set spec.transport, or spec.proxyMode where "
                            "that is stdio, to streamable-http");
    return server;
  }
  set_url(server, with_path(text_at(document, "/status/url")));
  return server;
}

FoundServer read_kagent_server(const kube::Object& object, const FindRoute&) {
  const Json document = object.json();
  FoundServer server = named_server(object);
  server.wanted = object.meta().labels.get("kagent.dev/discovery") != "disabled";
  server.ready = has_condition(document, "Ready");
  set_url(server, service_url(std::string(object.meta().name), std::string(object.meta().ns),
                              port_at(document, "/spec/deployment/port", kKagentPort),
                              text_or(document, "/spec/httpTransport/path", "/mcp")));
  return server;
}

FoundServer read_kuadrant_registration(const kube::Object& object, const FindRoute& routes) {
  const Json document = object.json();
  FoundServer server = named_server(object);
  server.wanted = text_at(document, "/spec/state") != "Disabled";
  server.ready = has_condition(document, "Ready");
  const std::string prefix = text_at(document, "/spec/prefix");
  if (!prefix.empty() && prefix.size() <= kLongestRegistrationPrefix) server.prefix = prefix;
  find_backend(server, object, document, routes);
  return server;
}

}  // namespace toolhive
