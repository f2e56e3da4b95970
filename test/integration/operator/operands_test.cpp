// The operands of Registries, as a real API server takes them.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "controller/operator/backup/job.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/types.hpp"
#include "test/e2e/harness/process.hpp"
#include "test/integration/kube/cluster.hpp"
#include "test/integration/kube/kubectl.hpp"
#include "test/unit/operator/backup.hpp"
#include "test/unit/operator/make.hpp"

using namespace toolhive;

namespace {

// A spec that asks for every operand that this API server can have.
const Json kEverything = {
    {"replicas", 3},
    {"storage",
     {{"type", "PostgreSQL"},
      {"postgresql",
       {{"secretRef", {{"name", "db-app"}}},
        {"caSecretRef", {{"name", "db-ca"}}},
        {"clientCertificateSecretRef", {{"name", "db-client"}}}}}}},
    {"cache", {{"redis", {{"secretRef", {{"name", "redis"}}}}}}},
    {"availability", {{"autoscaling", {{"maxReplicas", 5}, {"requestsPerSecond", 100}}}}},
    {"exposure",
     {{"type", "Ingress"},
      {"host", "mcp.example.com"},
      {"ingressClassName", "nginx"},
      {"tlsSecretName", "cert"}}},
    {"networkPolicy", {{"from", {{{"podSelector", {{"matchLabels", {{"a", "b"}}}}}}}}}}};

}  // namespace

// A field that it does not know it refuses, as each is applied by server-side apply.
TEST_CASE("the API server takes every operand of a Registry as it is made") {
  const test::Namespace space;
  const auto client = test::client();
  kube::WriteOptions options;
  options.field_manager = "test";
  options.dry_run = true;
  for (const Json& spec : {Json::object(), kEverything}) {
    RegistryInputs inputs = test::inputs(spec);
    inputs.key.ns = space.name();
    for (const Operand& operand : operands()) {
      if (operand.presence(inputs, Cluster{}) != Presence::Applied) continue;
      CAPTURE(operand.type().kind);
      const auto applied = client->apply(Context{}, operand.type(), operand.intent(inputs), options);
      CHECK_MESSAGE(applied.ok(), applied.status());
    }
  }
}

// The fields of HTTPRoutes are defined here as the Gateway API has them, as far as they are
// written.
TEST_CASE("an HTTPRoute is taken in both versions, and nothing is filled in that was not declared") {
  const std::string file = TOOLHIVE_SOURCE_DIR "/test/e2e/data/httproute-crd.yaml";
  const auto run_kubectl = [&](const char* verb) {
    const e2e::Output output = e2e::run({.argv = {test::kubectl(), verb, "-f", file}});
    REQUIRE_MESSAGE(output.ok(), output.explain());
  };
  run_kubectl("apply");
  const test::Namespace space;
  const auto client = test::client();
  RegistryInputs inputs = test::inputs(
      {{"exposure",
        {{"type", "HTTPRoute"},
         {"parentRefs",
          {{{"name", "public"}, {"namespace", "gateways"}, {"sectionName", "tls"}, {"port", 443}}}},
         {"hostnames", {"mcp.example.com"}},
         {"pathPrefix", "/tools"},
         {"annotations", {{"a", "b"}}}}}});
  inputs.key.ns = space.name();
  const Json intent = http_route(inputs);
  kube::WriteOptions options;
  options.field_manager = "test";
  for (const auto& type : {http_route_type(), http_route_beta_type()}) {
    CAPTURE(type.version);
    REQUIRE(test::eventually([&] { return client->list(Context{}, type, {.ns = "default"}).ok(); }));
    const auto applied = client->apply(Context{}, type, intent, options);
    REQUIRE_MESSAGE(applied.ok(), applied.status());
    CHECK(applied->json().at("spec") == intent.at("spec"));
  }
  run_kubectl("delete");
}

TEST_CASE("the API server takes what is made for a RegistryBackup") {
  const test::Namespace space;
  const auto client = test::client();
  kube::WriteOptions options;
  options.field_manager = "test";
  options.dry_run = true;
  for (const Json& destination : {test::claim_destination(), test::s3_destination()})
    for (const Json& spec : {Json::object(), kEverything}) {
      BackupInputs inputs = test::backup_inputs(test::registry_backup(Json::object(), destination), spec);
      inputs.key.ns = space.name();
      inputs.beside_registry = true;
      const std::pair<kube::ResourceType, Json> made[] = {{config_map_type(), backup_files(inputs)},
                                                          {job_type(), backup_job(inputs)},
                                                          {job_type(), delete_job(inputs)}};
      for (const auto& [type, intent] : made) {
        CAPTURE(intent.at("metadata").at("name"));
        const auto applied = client->apply(Context{}, type, intent, options);
        CHECK_MESSAGE(applied.ok(), applied.status());
      }
    }
}
