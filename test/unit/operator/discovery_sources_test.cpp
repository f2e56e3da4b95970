// What is read of each kind of object by which a server is discovered.
#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <set>

#include "controller/operator/discovery/source.hpp"
#include "test/unit/operator/crd_schema.hpp"
#include "test/unit/operator/discovered.hpp"
#include "test/unit/operator/yaml_file.hpp"

namespace {

using namespace toolhive;
using namespace toolhive::test;

std::optional<Json> no_routes(const std::string&) {
  return std::nullopt;
}

FoundServer read(const char* name, const Json& patch) {
  const Source& from = source(name);
  return from.read(found_object(from, patch), no_routes);
}

FoundServer read_service_with(const Json& patch) {
  return source("Service").read(labelled_service(patch), no_routes);
}

Json annotated(const char* key, const char* value) {
  return {{"metadata", {{"annotations", {{key, value}}}}}};
}

Json with_ports(const Json& ports) {
  return {{"spec", {{"ports", ports}}}};
}

Json is_true(const char* condition) {
  return Json::array({{{"type", condition},
                       {"status", "True"},
                       {"reason", "Any"},
                       {"message", ""},
                       {"lastTransitionTime", "2026-01-01T00:00:00Z"}}});
}

// An HTTPRoute to the Service "backend" of its own namespace, with a merge patch on the backend.
FindRoute route_to(const Json& patch = Json::object()) {
  Json backend = {{"name", "backend"}, {"port", 9000}};
  backend.merge_patch(patch);
  return [backend](const std::string& name) -> std::optional<Json> {
    if (name != "route") return std::nullopt;
    return Json{{"spec", {{"rules", Json::array({{{"backendRefs", Json::array({backend})}}})}}}};
  };
}

FoundServer read_registration(const Json& spec, const FindRoute& routes) {
  const Source& from = source("MCPServerRegistration.mcp.kuadrant.io");
  Json whole = {{"targetRef", {{"name", "route"}}}};
  whole.merge_patch(spec);
  return from.read(found_object(from, {{"spec", whole}, {"status", {{"conditions", is_true("Ready")}}}}),
                   routes);
}

}  // namespace

TEST_SUITE_BEGIN("discovery sources");

TEST_CASE("a Service's server is at its only port and at /mcp, and its tools are named after it") {
  const FoundServer server = read_service_with(Json::object());
  CHECK(server.refused.ok());
  CHECK(server.url == "http://weather.mcp.svc:8080/mcp");
  CHECK(server.prefix == "weather.");
  CHECK(server.ready);
  CHECK(server.wanted);
}

TEST_CASE("a Service says by annotations where its server is and what it is called") {
  CHECK(read_service_with(annotated("mcpregistry.dev/path", "/v1/mcp?x=1")).url ==
        "http://weather.mcp.svc:8080/v1/mcp?x=1");
  CHECK(read_service_with(annotated("mcpregistry.dev/transport", "streamable-http")).refused.ok());
  CHECK(read_service_with(annotated("mcpregistry.dev/name", "forecasts")).prefix == "forecasts.");
  Json ports = with_ports({{{"port", 80}, {"name", "web"}}, {{"port", 81}, {"name", "other"}}});
  ports.merge_patch(annotated("mcpregistry.dev/port", "81"));
  CHECK(read_service_with(ports).url == "http://weather.mcp.svc:81/mcp");
  ports.merge_patch(annotated("mcpregistry.dev/port", "web"));
  CHECK(read_service_with(ports).url == "http://weather.mcp.svc:80/mcp");
}

TEST_CASE("of several ports that is taken which speaks MCP, or is named for it") {
  const auto port_of = [](const Json& ports) { return read_service_with(with_ports(ports)).url; };
  CHECK(port_of({{{"port", 80}, {"name", "http"}}, {{"port", 81}, {"name", "mcp"}}}).find(":81/") !=
        std::string::npos);
  CHECK(port_of({{{"port", 80}, {"name", "mcp"}},
                 {{"port", 81}, {"name", "x"}, {"appProtocol", "kgateway.dev/mcp"}}})
            .find(":81/") != std::string::npos);
  CHECK(port_of({{{"port", 80}, {"name", "metrics"}}, {{"port", 81}, {"name", "http"}}}).find(":81/") !=
        std::string::npos);
}

TEST_CASE("a Service of which no address can be made is refused with the reason") {
  const std::map<std::string, Json> refused = {
      {"HeadlessService", {{"spec", {{"clusterIP", "None"}}}}},
      {"ExternalNameService", {{"spec", {{"type", "ExternalName"}, {"externalName", "example.com"}}}}},
      {"TransportUnsupported", annotated("mcpregistry.dev/transport", "sse")},
  };
  for (const auto& [reason, patch] : refused) {
    CAPTURE(reason);
    const FoundServer server = read_service_with(patch);
    CHECK(server.refused.reason() == reason);
    CHECK(server.url.empty());
  }
  const Json several = with_ports({{{"port", 80}, {"name", "a"}}, {{"port", 81}, {"name", "b"}}});
  CHECK(read_service_with(several).refused.reason() == "PortUnknown");
  CHECK(read_service_with(annotated("mcpregistry.dev/port", "grpc")).refused.reason() == "PortUnknown");
  CHECK(read_service_with(with_ports(Json::array())).refused.reason() == "PortUnknown");
  for (const char* path : {"mcp", "@evil.example/mcp"})
    CHECK(read_service_with(annotated("mcpregistry.dev/path", path)).refused.reason() == "InvalidAnnotation");
  CHECK(read_service_with(annotated("mcpregistry.dev/path", "/a b")).refused.reason() == "InvalidURL");
  CHECK(read_service_with(annotated("mcpregistry.dev/name", "a b")).refused.reason() == "InvalidAnnotation");
  const std::string longest(1025, 'x');
  CHECK(read_service_with(annotated("mcpregistry.dev/path", ("/" + longest).c_str())).refused.reason() ==
        "InvalidAnnotation");
}

TEST_CASE("a Service of kagent's convention is read by kagent's annotations") {
  const Source& from = source("Service.kagent.dev");
  const auto read_with = [&](const Json& patch) { return from.read(labelled_service(patch), no_routes); };
  CHECK(read_with(annotated("kagent.dev/mcp-service-path", "/x")).url == "http://weather.mcp.svc:8080/x");
  CHECK(read_with(annotated("kagent.dev/mcp-service-protocol", "STREAMABLE_HTTP")).refused.ok());
  CHECK(read_with(annotated("kagent.dev/mcp-service-protocol", "SSE")).refused.reason() ==
        "TransportUnsupported");
  CHECK(read_with(annotated("mcpregistry.dev/path", "/ours")).url == "http://weather.mcp.svc:8080/mcp");
}

TEST_CASE("an MCPServer of mcp.x-k8s.io has the address of its status once it is available") {
  const char* const name = "MCPServer.mcp.x-k8s.io";
  const Json address = {{"url", "http://weather.mcp.svc.cluster.local:8080/mcp"}};
  CHECK(read(name, Json::object()).url.empty());
  CHECK_FALSE(read(name, {{"status", {{"address", address}}}}).ready);
  for (const char* condition : {"Available", "Ready"}) {
    const FoundServer server =
        read(name, {{"status", {{"address", address}, {"conditions", is_true(condition)}}}});
    CHECK(server.url == "http://weather.mcp.svc.cluster.local:8080/mcp");
    CHECK(server.ready);
  }
}

TEST_CASE("an MCPServer of toolhive.stacklok.dev has the URL of its status, with the path that it may lack") {
  const char* const name = "MCPServer.toolhive.stacklok.dev";
  const auto read_with = [&](const Json& spec, const char* url) {
    return read(name, {{"spec", spec}, {"status", {{"url", url}, {"phase", "Running"}}}});
  };
  const Json streamable = {{"transport", "streamable-http"}};
  CHECK(read_with(streamable, "http://mcp-w-proxy.mcp.svc.cluster.local:8080").url ==
        "http://mcp-w-proxy.mcp.svc.cluster.local:8080/mcp");
  CHECK(read_with(streamable, "http://mcp-w-proxy.mcp.svc.cluster.local:8080/mcp").url ==
        "http://mcp-w-proxy.mcp.svc.cluster.local:8080/mcp");
  CHECK(read_with(streamable, "http://x:80").ready);
  CHECK_FALSE(read(name, {{"spec", streamable}, {"status", {{"phase", "Pending"}}}}).ready);
  CHECK(read_with({{"transport", "sse"}}, "http://x:80/sse").refused.reason() == "TransportUnsupported");
  CHECK(read_with({{"transport", "stdio"}, {"proxyMode", "sse"}}, "http://x:80/sse").refused.reason() ==
        "TransportUnsupported");
  CHECK(
      read_with({{"transport", "stdio"}, {"proxyMode", "streamable-http"}}, "http://x:80/mcp").refused.ok());
}

TEST_CASE("an MCPServer of kagent.dev is behind the Service of its name") {
  const char* const name = "MCPServer.kagent.dev";
  CHECK(read(name, Json::object()).url == "http://weather.mcp.svc:3000/mcp");
  CHECK_FALSE(read(name, Json::object()).ready);
  const FoundServer server = read(
      name,
      {{"spec", {{"deployment", {{"port", 8000}}}, {"httpTransport", {{"path", "/v1"}, {"targetPort", 1}}}}},
       {"status", {{"conditions", is_true("Ready")}}}});
  CHECK(server.url == "http://weather.mcp.svc:8000/v1");
  CHECK(server.ready);
  CHECK_FALSE(read(name, {{"metadata", {{"labels", {{"kagent.dev/discovery", "disabled"}}}}}}).wanted);
}

TEST_CASE("an MCPServerRegistration leads by its HTTPRoute to a Service") {
  const FoundServer server = read_registration({{"path", "/v1/mcp"}, {"prefix", "weather_"}}, route_to());
  CHECK(server.url == "http://backend.mcp.svc:9000/v1/mcp");
  CHECK(server.prefix == "weather_");
  CHECK(server.ready);
  CHECK(read_registration(Json::object(), route_to()).url == "http://backend.mcp.svc:9000/mcp");
  CHECK(read_registration(Json::object(), no_routes).url.empty());
  CHECK(read_registration(Json::object(), no_routes).refused.ok());
  CHECK_FALSE(read_registration({{"state", "Disabled"}}, route_to()).wanted);
}

TEST_CASE("an HTTPRoute that leads to anything but a Service of the namespace is refused") {
  for (const Json& backend : {Json{{"namespace", "other"}}, Json{{"kind", "Hostname"}, {"group", "istio.io"}},
                              Json{{"port", nullptr}}, Json{{"name", "evil.example/"}}}) {
    CAPTURE(backend.dump());
    CHECK(read_registration(Json::object(), route_to(backend)).refused.reason() == "BackendUnsupported");
  }
  CHECK(read_registration({{"targetRef", {{"namespace", "other"}}}}, route_to()).refused.reason() ==
        "BackendUnsupported");
}

TEST_CASE("a field of an unexpected type counts as not there, and a URL that is none is refused") {
  const Json odd = {{"spec", 7},
                    {"status", {{"url", 7}, {"address", "x"}, {"conditions", "x"}, {"phase", {}}}}};
  for (const Source& from : sources()) {
    CAPTURE(from.name);
    CHECK(from.read(found_object(from, odd), no_routes).url.find("weather.mcp.svc:3000") != 0);
  }
  CHECK(read("MCPServer.mcp.x-k8s.io", {{"status", {{"address", {{"url", "file:///etc/passwd"}}}}}})
            .refused.reason() == "InvalidURL");
  CHECK(read("MCPServer.mcp.x-k8s.io", {{"status", {{"address", {{"url", "http://u:p@x/"}}}}}})
            .refused.reason() == "InvalidURL");
}

TEST_CASE("a name that is too long for a prefix is cut") {
  CHECK(prefix_of(std::string(253, 'a')).size() == 120);
}

TEST_CASE("URLs that lead to one server compare equal") {
  CHECK(comparable_url("http://a.b.svc.cluster.local:80/mcp") == comparable_url("http://a.b.svc/mcp"));
  CHECK(comparable_url("http://A.b.svc/mcp") == comparable_url("http://a.b.svc./mcp"));
  CHECK(comparable_url("http://a.b.svc/mcp") != comparable_url("http://a.b.svc/mcp2"));
  CHECK(comparable_url("https://a.b.svc/mcp") != comparable_url("http://a.b.svc/mcp"));
}

TEST_CASE("the CRD knows exactly the sources that there are") {
  std::set<std::string> known;
  for (const Source& from : sources()) CHECK(known.insert(from.name).second);
  const Json items =
      spec_schema("registries").at("properties").at("discovery").at("properties").at("sources");
  CHECK(items.at("items").at("enum").get<std::set<std::string>>() == known);
}

TEST_CASE("the operator may watch every source, and what it reads besides, and not write them") {
  std::map<std::string, std::set<std::string>> granted;
  const Json role = yaml_file("config/rbac/role.yaml");
  for (const Json& rule : role.at("rules"))
    for (const std::string group : rule.at("apiGroups"))
      for (const std::string resource : rule.at("resources"))
        for (const std::string verb : rule.at("verbs"))
          granted[group.empty() ? resource : resource + "." + group].insert(verb);
  const std::set<std::string> watching = {"list", "watch"};
  for (const Source& from : sources()) {
    CAPTURE(from.name);
    const std::string resource = from.resource.types.front().to_string();
    if (resource != "services") CHECK(granted[resource] == watching);
    // HTTPRoutes are operands of Registries as well.
    const std::set<std::string>& routes = granted["httproutes.gateway.networking.k8s.io"];
    if (from.routes) CHECK(std::includes(routes.begin(), routes.end(), watching.begin(), watching.end()));
  }
  CHECK(granted["namespaces"].contains("watch"));
}

TEST_SUITE_END();
