// With everything settled, the operator writes nothing.
#include <doctest/doctest.h>

#include <algorithm>

#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

// A write of the operator, but for its lease and what it asks about its own callers.
bool counts(const Json& line) {
  const std::string user =
      "system:serviceaccount:" + Cluster::get().operator_namespace() + ":toolhive-operator";
  if (line.at("user").value("username", "") != user) return false;
  const std::string verb = line.value("verb", "");
  if (verb == "get" || verb == "list" || verb == "watch") return false;
  const std::string resource = line.value("objectRef", Json::object()).value("resource", "");
  return resource != "leases" && resource != "tokenreviews" && resource != "subjectaccessreviews";
}

TEST_CASE("with 20 resources settled the operator writes nothing for a minute" *
          doctest::test_suite("alone")) {
  const TestNamespace ns("rest");
  const Cluster& cluster = Cluster::get();
  const std::vector<std::string> registries = {"mcp-registry", "other"};
  Json resources = Json::array();
  for (const std::string& name : registries) {
    resources.push_back(registry(name));
    for (int i = 0; i < 9; ++i) {
      resources.push_back(mcptool(name + "-" + std::to_string(i), {{"registryRef", {{"name", name}}}}));
    }
  }
  std::streamoff offset = cluster.audit_end();
  ns.apply({{"apiVersion", "v1"}, {"kind", "List"}, {"items", resources}});
  for (const Json& resource : resources) {
    ns.wait_ready(resource.at("kind") == "Registry" ? kRegistry : kMcpTool,
                  resource.at("metadata").at("name"));
  }

  const std::vector<Json> busy = cluster.audit(offset);
  REQUIRE_MESSAGE(std::any_of(busy.begin(), busy.end(), counts),
                  "the audit log does not show the operator's writes");

  // Settled: what earlier tests left behind is cleared away, and ten seconds were quiet.
  auto quiet_since = std::chrono::steady_clock::now();
  wait_until(
      "ten seconds without a write",
      [&]() -> std::string {
        for (const Json& line : cluster.audit(offset)) {
          if (!counts(line)) continue;
          quiet_since = std::chrono::steady_clock::now();
          return line.at("verb").get<std::string>() + " " + line.at("requestURI").get<std::string>();
        }
        return std::chrono::steady_clock::now() - quiet_since >= Seconds(10) ? "" : "not long enough yet";
      },
      Seconds(180));

  stays_true(
      "the operator writes nothing",
      [&]() -> std::string {
        std::string writes;
        for (const Json& line : cluster.audit(offset)) {
          if (counts(line))
            writes +=
                line.at("verb").get<std::string>() + " " + line.at("requestURI").get<std::string>() + "\n";
        }
        return writes;
      },
      Seconds(60));
}

}  // namespace
