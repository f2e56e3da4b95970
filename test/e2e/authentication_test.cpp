// A Registry that asks for tokens: the operator comes in with its own, everybody else by the rules.
#include <doctest/doctest.h>

#include <string>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

// What the API server says of a ServiceAccount of the namespace.
std::string token_of(const TestNamespace& ns, const std::string& account) {
  std::string token = ns.require_kubectl({"create", "token", account, "--audience=mcp-registry"});
  while (!token.empty() && token.back() == '\n') token.pop_back();
  return token;
}

Answer ask(const TestNamespace& ns, const std::string& method, const std::string& token,
           const Json& body = nullptr) {
  std::vector<std::string> options;
  if (!token.empty()) options = {"--header", "Authorization: Bearer " + token};
  return Cluster::get().http(method, "http://mcp-registry." + ns.name() + ".svc:8080/api/v1/tools", body,
                             options);
}

const Json kTool = {{"name", "by.hand"}, {"version", "1.0.0"}, {"inputSchema", {{"type", "object"}}}};

}  // namespace

TEST_CASE("a Registry with tokens of the cluster lets in by its rules, and the operator without one") {
  const TestNamespace ns("tokens");
  const std::string account = "system:serviceaccount:" + ns.name() + ":";
  for (const char* name : {"reader", "stranger"}) ns.require_kubectl({"create", "serviceaccount", name});
  ns.apply(registry("mcp-registry",
                    {{"auth",
                      {{"mode", "Kubernetes"},
                       {"rules", Json::array({{{"subjects", {account + "reader"}}, {"right", "read"}}})}}}}));
  ns.apply(mcptool("weather"));

  // The operator may not give this right; it says who can, and how.
  ns.wait_condition(kRegistry, "mcp-registry", "Degraded", "True", "TokenReviewForbidden");
  const std::string told = condition(ns.get(kRegistry, "mcp-registry"), "Degraded").message;
  const std::string command = "kubectl create clusterrolebinding ";
  const std::size_t at = told.find(command);
  REQUIRE_MESSAGE(at != std::string::npos, told);
  CHECK(told.find("--clusterrole=system:auth-delegator") != std::string::npos);
  CHECK(told.find("--serviceaccount=" + ns.name() + ":mcp-registry") != std::string::npos);
  const std::string binding = "e2e-tokens-" + ns.name();
  ns.require_kubectl({"create", "clusterrolebinding", binding, "--clusterrole=system:auth-delegator",
                      "--serviceaccount=" + ns.name() + ":mcp-registry"});

  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.wait_ready(kMcpTool, "weather", Seconds(120));
  CHECK(ask(ns, "GET", "").status == 401);
  CHECK(ask(ns, "POST", "", kTool).status == 401);
  CHECK(ask(ns, "GET", "no.token.atall").status == 401);
  const std::string reader = token_of(ns, "reader");
  const Answer list = ask(ns, "GET", reader);
  REQUIRE_MESSAGE(list.ok(), list.explain());
  CHECK(list.json().at("tools").at(0).at("name") == "weather");
  CHECK(ask(ns, "POST", reader, kTool).status == 403);
  CHECK(ask(ns, "GET", token_of(ns, "stranger")).status == 403);

  // Withdrawn with the operator's own token.
  ns.remove(kMcpTool, "weather");
  ns.wait_gone(kMcpTool, "weather");
  CHECK(ask(ns, "GET", reader).json().at("tools").empty());
  Cluster::get().kubectl({"delete", "clusterrolebinding", binding});
}
