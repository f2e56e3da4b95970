// A Registry at a host of an Ingress. The cluster has no Ingress controller: what one says of the
// Ingress is written by the test.
#include <doctest/doctest.h>

#include "test/e2e/harness/test_namespace.hpp"

using namespace e2e;

namespace {

constexpr Kind kIngress{"ingress", "/apis/networking.k8s.io/v1", "ingresses"};

}  // namespace

TEST_CASE("a Registry with an Ingress is ready at once, and has a URL when a controller serves it") {
  const TestNamespace ns("ingress");
  ns.apply(registry("mcp-registry", {{"exposure", {{"type", "Ingress"}, {"host", "mcp.example.com"}}}}));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  CHECK(condition(ns.get(kRegistry, "mcp-registry"), "Exposed").reason == "IngressPending");
  const Json before = ns.get(kRegistry, "mcp-registry").at("status");
  CHECK(before.at("url") == before.at("internalURL"));

  const Json served = {{"status", {{"loadBalancer", {{"ingress", {{{"ip", "192.0.2.1"}}}}}}}}};
  ns.require_kubectl(
      {"patch", "ingress", "mcp-registry", "--subresource=status", "--type=merge", "-p", served.dump()});
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "True", "IngressServed");
  CHECK(ns.get(kRegistry, "mcp-registry").at("status").at("url") == "http://mcp.example.com");

  // Changed by hand, it is put back.
  ns.patch(kIngress, "mcp-registry", {{"spec", {{"rules", {{{"host", "else.example.com"}}}}}}});
  wait_until("the host is put back", [&]() -> std::string {
    const Json spec = ns.get(kIngress, "mcp-registry").at("spec");
    return spec.at("rules").at(0).at("host") == "mcp.example.com" ? "" : spec.dump();
  });

  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"exposure", {{"type", "None"}, {"host", nullptr}}}}}});
  ns.wait_gone(kIngress, "mcp-registry");
  ns.wait_condition(kRegistry, "mcp-registry", "Exposed", "False", "NotRequested");
}
