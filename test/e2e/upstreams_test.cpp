// A Registry that takes in the servers of another one, through the NetworkPolicies of both.
#include <doctest/doctest.h>

#include <string>

#include "test/e2e/harness/test_namespace.hpp"

using namespace e2e;

namespace {

constexpr char kServerPath[] = "/v0.1/servers/io.example%2Fmaps/versions/1.0.0";

Json server_json() {
  return {{"$schema", "https://static.modelcontextprotocol.io/schemas/2025-12-11/server.schema.json"},
          {"name", "io.example/maps"},
          {"description", "Draws maps."},
          {"version", "1.0.0"}};
}

}  // namespace

TEST_CASE("a Registry takes in the servers of another one, follows it, and keeps them while it is away") {
  const TestNamespace ns("upstreams");
  ns.apply(registry("source"));
  const Json upstream = {{"name", "source"},
                         {"url", "http://source." + ns.name() + ".svc:8080"},
                         {"interval", "1m"},
                         {"include", Json::array({"io.example/*"})}};
  ns.apply(registry("mcp-registry", {{"upstreams", Json::array({upstream})}}));
  ns.wait_ready(kRegistry, "source", Seconds(180));
  // The cluster's network may come a moment after the pod.
  wait_until("a server is published in the other registry", [&]() -> std::string {
    const Answer published = ns.http("POST", "/v0.1/publish", server_json(), "source");
    return published.ok() ? "" : published.explain();
  });
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  // The upstream may not have been there at the first look, whose repetition is soon.
  wait_until("the server is taken in", [&]() -> std::string {
    const Answer answer = ns.http("GET", kServerPath);
    return answer.ok() ? "" : answer.explain();
  });
  const Json taken = ns.http("GET", kServerPath).json();
  CHECK(taken.at("_meta").at("mcpregistry.dev/upstream").at("name") == "source");

  REQUIRE(ns.http("DELETE", kServerPath, nullptr, "source").ok());
  const std::string with_deleted = std::string(kServerPath) + "?include_deleted=true";
  wait_until(
      "the server is marked as deleted",
      [&]() -> std::string {
        const Answer answer = ns.http("GET", with_deleted);
        return answer.ok() && answer.explain().find("\"status\":\"deleted\"") != std::string::npos
                   ? ""
                   : answer.explain();
      },
      Seconds(120));

  ns.patch(kRegistry, "source", {{"spec", {{"replicas", 0}}}});
  wait_until(
      "the registry says that its upstream is away",
      [&]() -> std::string {
        const Answer answer = ns.http("GET", "/ready");
        return answer.ok() && answer.explain().find("upstreams") != std::string::npos ? "" : answer.explain();
      },
      Seconds(150));
  CHECK(ns.http("GET", with_deleted).ok());
  CHECK(condition(ns.get(kRegistry, "mcp-registry"), "Ready").status == "True");
}
