// The operands of Registries, as a real API server takes them.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "controller/operator/backup/job.hpp"
#include "controller/operator/registry/operands.hpp"
#include "controller/operator/types.hpp"
#include "test/integration/kube/cluster.hpp"
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
    {"availability", {{"autoscaling", {{"maxReplicas", 5}}}}},
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
