// A Registry behind a Gateway. The cluster has neither the Gateway API nor a controller for it: as
// much of the API as is needed is defined here, and what a controller says is written by the test.
#include <doctest/doctest.h>

#include "test/e2e/harness/offered_api.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;
using namespace nlohmann::literals;

constexpr Kind kHttpRoute{"httproute", "/apis/gateway.networking.k8s.io/v1", "httproutes"};

Json verdict(const char* accepted, const char* reason, std::int64_t generation) {
  const auto condition = [&](const char* type, const char* status, const char* why) {
    return Json{{"type", type},
                {"status", status},
                {"reason", why},
                {"message", "words of the gateway"},
                {"observedGeneration", generation},
                {"lastTransitionTime", "2026-01-01T00:00:00Z"}};
  };
  return {{"status",
           {{"parents",
             {{{"parentRef", {{"name", "public"}}},
               {"controllerName", "example.com/gateway"},
               {"conditions",
                {condition("Accepted", accepted, reason),
                 condition("ResolvedRefs", "True", "ResolvedRefs")}}}}}}}};
}

}  // namespace

TEST_CASE("an HTTPRoute appears with the Gateway API, and its host is told once a Gateway accepts it" *
          doctest::test_suite("alone")) {
  const TestNamespace ns("http-route");
  ns.apply(registry("mcp-registry", {{"exposure",
                                      {{"type", "HTTPRoute"},
                                       {"parentRefs", {{{"name", "public"}}}},
                                       {"hostnames", {"mcp.example.com"}},
                                       {"pathPrefix", "/tools"}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "False", "HTTPRouteAPIMissing");

  const OfferedApi api({kGatewayApi});
  wait_until(
      "the HTTPRoute is there", [&] { return ns.find(kHttpRoute, "mcp-registry") ? "" : "it is not"; },
      Seconds(120));
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "False", "HTTPRoutePending");
  const Json before = ns.get(kRegistry, "mcp-registry").at("status");
  CHECK(before.at("url") == before.at("internalURL"));

  const auto says = [&](const Json& status) {
    ns.require_kubectl(
        {"patch", "httproute", "mcp-registry", "--subresource=status", "--type=merge", "-p", status.dump()});
  };
  const std::int64_t generation = ns.get(kHttpRoute, "mcp-registry").at("/metadata/generation"_json_pointer);
  says(verdict("False", "NotAllowedByListeners", generation));
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "False", "HTTPRouteRefused");
  CHECK(condition(ns.get(kRegistry, "mcp-registry"), "Ready").status == "True");

  ns.require_kubectl(
      {"apply", "-f", "-"},
      Json{{"apiVersion", "gateway.networking.k8s.io/v1"},
           {"kind", "Gateway"},
           {"metadata", {{"name", "public"}}},
           {"spec", {{"listeners", {{{"name", "web"}, {"protocol", "HTTP"}, {"port", 8080}}}}}}}
          .dump());
  says(verdict("True", "Accepted", generation));
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "True", "HTTPRouteAccepted");
  CHECK(ns.get(kRegistry, "mcp-registry").at("status").at("url") == "http://mcp.example.com:8080/tools");

  // Changed by hand, it is put back; and what was said of another generation does not count.
  ns.patch(kHttpRoute, "mcp-registry", {{"spec", {{"hostnames", {"else.example.com"}}}}});
  wait_until("the host is put back", [&]() -> std::string {
    const Json spec = ns.get(kHttpRoute, "mcp-registry").at("spec");
    return spec.at("hostnames").at(0) == "mcp.example.com" ? "" : spec.dump();
  });
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "False", "HTTPRoutePending");

  ns.patch(
      kRegistry, "mcp-registry",
      {{"spec",
        {{"exposure",
          {{"type", "None"}, {"parentRefs", nullptr}, {"hostnames", nullptr}, {"pathPrefix", nullptr}}}}}});
  ns.wait_gone(kHttpRoute, "mcp-registry");
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "False", "NotRequested");
}
