// A cluster that begins to offer OpenShift's Routes while the operator runs.
#include <doctest/doctest.h>

#include "test/e2e/harness/offered_api.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;
using namespace nlohmann::literals;

TEST_CASE("a Route appears when the cluster begins to offer Routes, and is kept as declared" *
          doctest::test_suite("alone")) {
  const TestNamespace ns("route");
  ns.apply(registry());
  ns.wait_ready(kRegistry, "mcp-registry");
  const OfferedApi api({kRouteApi});

  wait_until(
      "the Route is there", [&] { return ns.find(kRoute, "mcp-registry") ? "" : "it is not"; }, Seconds(120));
  const Json route = ns.get(kRoute, "mcp-registry");
  CHECK(route.at("/spec/to/name"_json_pointer) == "mcp-registry");
  CHECK(route.at("/spec/tls/termination"_json_pointer) == "edge");
  CHECK(route.at("/spec/tls/insecureEdgeTerminationPolicy"_json_pointer) == "Redirect");
  CHECK_FALSE(route.contains("/spec/host"_json_pointer));
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "False");

  // What a router writes.
  const std::string host = "mcp-registry-" + ns.name() + ".apps.example.com";
  const Json admitted = {
      {"status",
       {{"ingress",
         Json::array({{{"host", host},
                       {"routerName", "default"},
                       {"conditions", Json::array({{{"type", "Admitted"}, {"status", "True"}}})}}})}}}};
  ns.require_kubectl(
      {"patch", "route", "mcp-registry", "--subresource=status", "--type=merge", "--patch", admitted.dump()});
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "True");
  CHECK(ns.get(kRegistry, "mcp-registry").at("status").at("url") == "https://" + host);

  ns.patch(kRoute, "mcp-registry", {{"spec", {{"tls", {{"termination", "passthrough"}}}}}});
  wait_until("an edit of the Route is undone", [&]() -> std::string {
    const std::string is = ns.find(kRoute, "mcp-registry")->at("/spec/tls/termination"_json_pointer);
    return is == "edge" ? "" : "it is " + is;
  });
  ns.remove(kRoute, "mcp-registry");
  wait_until("a deleted Route is made again", [&]() -> std::string {
    const auto now = ns.find(kRoute, "mcp-registry");
    return now && now->at("metadata").at("uid") != route.at("metadata").at("uid") ? "" : "it is not";
  });

  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"exposure", {{"type", "None"}}}}}});
  ns.wait_gone(kRoute, "mcp-registry");
  ns.wait_ready(kRegistry, "mcp-registry");
}

TEST_CASE("a cluster that ceases to offer Routes holds up no Registry" * doctest::test_suite("alone")) {
  const TestNamespace ns("route-gone");
  {
    const OfferedApi api({kRouteApi});
    ns.apply(registry());
    wait_until(
        "the Route is there", [&] { return ns.find(kRoute, "mcp-registry") ? "" : "it is not"; },
        Seconds(120));
  }
  ns.apply(registry("other"));
  ns.wait_ready(kRegistry, "other", Seconds(45));
  ns.wait_condition(kRegistry, "other", "Exposed", "False", "RouteAPIMissing");
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"exposure", {{"type", "None"}}}}}});
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "False", "NotRequested");
  ns.wait_ready(kRegistry, "mcp-registry");
}

}  // namespace
