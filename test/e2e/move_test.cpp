// A Registry on files that gets a database, while it has tools of every kind.
#include <doctest/doctest.h>

#include <string>

#include "test/e2e/harness/everything.hpp"
#include "test/e2e/harness/node_database.hpp"
#include "test/e2e/harness/test_namespace.hpp"

namespace {

using namespace e2e;

Json secret_with(const std::string& name, const std::string& key, const std::string& value) {
  return {{"apiVersion", "v1"},
          {"kind", "Secret"},
          {"metadata", {{"name", name}}},
          {"stringData", {{key, value}}}};
}

Json database_storage(const std::string& secret, int port) {
  return {{"storage",
           {{"type", "PostgreSQL"},
            {"postgresql",
             {{"secretRef", {{"name", secret}}}, {"caSecretRef", {{"name", "db-ca"}}}, {"port", port}}}}}};
}

std::string place_of_data(const TestNamespace& ns) {
  return ns.get(kRegistry, "mcp-registry").at("status").at("storage").at("type");
}

}  // namespace

TEST_CASE(
    "a Registry that is moved to PostgreSQL has every tool, version, state and time, and keeps its claim") {
  NodeDatabase database;
  const TestNamespace ns("move");
  std::string wrong = database.url();
  wrong.replace(wrong.find("/mcp?"), 4, "/none");
  ns.apply(secret_with("wrong", "uri", wrong));
  ns.apply(secret_with("db", "uri", database.url()));
  ns.apply(secret_with("db-ca", "ca.crt", database.authority()));
  ns.apply(registry("mcp-registry"));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  register_everything(ns);
  const Json before = everything(ns);
  CHECK(before.at("tools").size() == 4);
  CHECK(place_of_data(ns) == "Filesystem");

  // To a database that is not there: it serves from its files again, and says why.
  ns.apply(registry("mcp-registry", database_storage("wrong", database.port())));
  ns.wait_condition(kRegistry, "mcp-registry", "Moved", "False", "MoveFailed", Seconds(240));
  wait_until("it serves again", [&]() -> std::string {
    const Answer answer = ns.http("GET", "/api/v1/tools");
    return answer.ok() ? "" : answer.explain();
  });
  CHECK(place_of_data(ns) == "Filesystem");
  CHECK(everything(ns) == before);
  post(ns, "written.after.the.failure", "1.0.0");
  const Json then = everything(ns);

  ns.apply(registry("mcp-registry", database_storage("db", database.port())));
  ns.wait_condition(kRegistry, "mcp-registry", "Moved", "True", "Moved", Seconds(240));
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  CHECK(place_of_data(ns) == "PostgreSQL");
  CHECK(everything(ns) == then);
  CHECK(ns.find(kClaim, "mcp-registry-data"));
  post(ns, "written.after.the.move", "1.0.0");

  // Several pods may serve it now, and there is no way back.
  ns.patch(kRegistry, "mcp-registry", {{"spec", {{"replicas", 2}}}});
  ns.wait_ready(kRegistry, "mcp-registry", Seconds(180));
  ns.patch(kRegistry, "mcp-registry",
           {{"spec", {{"replicas", 1}, {"storage", {{"type", "Filesystem"}, {"postgresql", nullptr}}}}}});
  ns.wait_condition(kRegistry, "mcp-registry", "Accepted", "False", "StorageImmutable");
  CHECK(ns.http("GET", "/api/v1/tools/written.after.the.move").ok());
}
